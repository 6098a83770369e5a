package provider

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxHost is the longest custom host, in bytes.
const maxHost = 2048

// CheckHost says in words why raw may not be the base URL of an account, or "".
// Metadata services are refused whoever asks; private and reserved addresses and
// names are refused unless allowPrivate. A name may still resolve to such an
// address: [CheckAddr] judges that when it is dialled.
func CheckHost(raw string, allowPrivate bool) string {
	if problem := checkURLText(raw); problem != "" {
		return problem
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "is no valid URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "must begin with http:// or https://"
	case u.Opaque != "" || u.Host == "":
		return "must have a host"
	case u.User != nil:
		return "must not hold a user name or password"
	case slices.Contains(strings.Split(u.Path, "/"), ".."):
		return "must not hold .."
	}
	if problem := checkPort(u); problem != "" {
		return problem
	}
	return checkHostname(strings.ToLower(u.Hostname()), strings.HasPrefix(u.Host, "["), allowPrivate)
}

// checkURLText refuses what URL parsers are known to read differently.
func checkURLText(raw string) string {
	switch {
	case raw == "":
		return "must not be empty"
	case len(raw) > maxHost:
		return "must be at most 2048 characters"
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "must hold visible ASCII characters only"
	}
	for _, c := range []string{"@", "#", "%", "\\", "?"} {
		if strings.Contains(raw, c) {
			return "must not hold " + c
		}
	}
	return ""
}

func checkPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		if strings.HasSuffix(u.Host, ":") {
			return "must have a port after the colon"
		}
		return ""
	}
	n, err := strconv.Atoi(port)
	switch {
	case err != nil || n < 1 || n > 65535:
		return "must have a port between 1 and 65535"
	case slices.Contains(servicePorts, n):
		return "must not have the port of another service"
	}
	return ""
}

// servicePorts are ports at which something listens that is no HTTP server, or
// one that administers a machine or a store.
var servicePorts = []int{
	1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
	113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
	532, 540, 548, 554, 556, 563, 587, 601, 623, 636, 873, 989, 990, 993, 995, 1433, 1434, 1521, 1719, 1720, 1723, 2049,
	2181, 2375, 2376, 2379, 2380, 3268, 3269, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5671, 5672, 5900, 5984,
	6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9200, 9300, 10080, 10250,
	10255, 11211, 27017, 27018, 27019,
}

// checkHostname judges a host name in lower case, without brackets.
func checkHostname(host string, bracketed, allowPrivate bool) string {
	if bracketed {
		addr, err := netip.ParseAddr(host)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "must not hold brackets around anything but an IPv6 address"
		}
		return checkLiteral(addr, allowPrivate)
	}
	if problem := checkLabels(host); problem != "" {
		return problem
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last[0] >= '0' && last[0] <= '9' {
		// Resolvers take names that end in a number for IPv4 addresses, in forms
		// that go from one decimal number to octal and hexadecimal parts.
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return "must write an IPv4 address as four decimal numbers"
		}
		return checkLiteral(addr, allowPrivate)
	}
	switch {
	case metadataName(host):
		return "must not be a metadata service"
	case allowPrivate:
		return ""
	case !strings.Contains(host, ".") || underAny(host, privateNames):
		return "must not be a private name"
	case underAny(host, wildcardNames):
		return "must not be a name that stands for any address"
	}
	return ""
}

func checkLiteral(addr netip.Addr, allowPrivate bool) string {
	if err := CheckAddr(addr, allowPrivate); err != nil {
		return "is refused: " + err.Error()
	}
	return ""
}

// maxLabels is how many parts a host name may have.
const maxLabels = 10

func checkLabels(host string) string {
	labels := strings.Split(host, ".")
	if len(host) > 253 || len(labels) > maxLabels {
		return "must have a shorter host name"
	}
	for _, l := range labels {
		switch {
		case l == "":
			return "must not have an empty part or a dot at the end of its host name"
		case len(l) > 63 || strings.ContainsFunc(l, notLabel) || l[0] == '-' || l[len(l)-1] == '-':
			return "must have a host name of letters, digits, dots and inner hyphens"
		case strings.HasPrefix(l, "xn--"):
			return "must not have an internationalised host name"
		}
	}
	return ""
}

func notLabel(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
}

// metadataName reports whether a name is known to lead to a metadata service or
// to what administers the machines around it.
func metadataName(host string) bool {
	first, _, _ := strings.Cut(host, ".")
	return strings.HasPrefix(first, "metadata") || strings.HasPrefix(first, "instance-data") ||
		first == "kubernetes" || first == "consul" || host == "ec2.internal"
}

// Names that lead to no host on the internet, and names under which every
// address can be written.
var (
	privateNames = []string{
		"local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "test", "example", "invalid", "onion",
		"localhost", "consul", "svc", "home.arpa", "in-addr.arpa", "ip6.arpa",
	}
	wildcardNames = []string{
		"nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "traefik.me", "lacolhost.com", "yoogle.com",
	}
)

// underAny reports whether host is one of domains or below one.
func underAny(host string, domains []string) bool {
	return slices.ContainsFunc(domains, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
}
