package provider_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

// Who may name a host.
const (
	anybody   = "anybody"
	organiser = "only who may name private hosts"
	nobody    = "nobody"
)

func TestCheckHost(t *testing.T) {
	tests := map[string]struct{ host, who string }{
		"a public host":                       {"https://api.example.com/v1", anybody},
		"upper case":                          {"HTTPS://API.Example.COM", anybody},
		"a port":                              {"https://api.example.com:8443/openai/v1/", anybody},
		"plain http":                          {"http://api.example.com", anybody},
		"a public address":                    {"https://8.8.8.8", anybody},
		"a public IPv6 address":               {"https://[2606:4700::1111]:443/v1", anybody},
		"hyphens and digits":                  {"https://a-1.3com.example.org", anybody},
		"localhost":                           {"http://localhost:11434/v1", organiser},
		"loopback":                            {"http://127.0.0.1:8000", organiser},
		"a host of a container network":       {"http://ollama:11434", organiser},
		"a host of the machine":               {"http://host.docker.internal:11434", organiser},
		"a service in a cluster":              {"http://vllm.models.svc.cluster.local:8000/v1", organiser},
		"10/8":                                {"http://10.1.2.3", organiser},
		"172.16/12":                           {"http://172.31.255.255", organiser},
		"192.168/16":                          {"http://192.168.0.1", organiser},
		"carrier-grade NAT":                   {"http://100.64.0.1", organiser},
		"the unspecified address":             {"http://0.0.0.0:8000", nobody},
		"the unspecified address of IPv6":     {"http://[::]:8000", nobody},
		"the unspecified one mapped into it":  {"http://[::ffff:0.0.0.0]:8000", nobody},
		"a documentation network":             {"http://203.0.113.9", organiser},
		"a benchmark network":                 {"http://198.19.0.1", organiser},
		"multicast":                           {"http://224.0.0.1", organiser},
		"broadcast":                           {"http://255.255.255.255", organiser},
		"IPv6 loopback":                       {"http://[::1]:8000", organiser},
		"unique local IPv6":                   {"http://[fd12::1]", organiser},
		"IPv4 mapped into IPv6":               {"http://[::ffff:10.0.0.1]", organiser},
		"IPv4 mapped into IPv6, in hex":       {"http://[::ffff:7f00:1]", organiser},
		"6to4 of a private address":           {"http://[2002:0a00:0001::]", organiser},
		"NAT64 of a private address":          {"http://[64:ff9b::10.0.0.1]", organiser},
		"a private top level":                 {"https://llm.corp", organiser},
		"a name of the home network":          {"https://llm.home.arpa", organiser},
		"a name that stands for any address":  {"https://10.0.0.1.nip.io", organiser},
		"the same, elsewhere":                 {"https://a.localtest.me", organiser},
		"the AWS metadata address":            {"http://169.254.169.254/latest", nobody},
		"another in its network":              {"http://169.254.169.1", nobody},
		"the ECS identity address":            {"http://169.254.170.2", nobody},
		"the EKS identity address":            {"http://169.254.170.23", nobody},
		"the Alibaba metadata address":        {"http://100.100.100.200", nobody},
		"the Azure wire server":               {"http://168.63.129.16", nobody},
		"the Oracle metadata address":         {"http://192.0.0.192", nobody},
		"the AWS metadata address in IPv6":    {"http://[fd00:ec2::254]", nobody},
		"metadata mapped into IPv6":           {"http://[::ffff:169.254.169.254]", nobody},
		"metadata mapped into IPv6, in hex":   {"http://[::ffff:a9fe:a9fe]", nobody},
		"metadata, IPv4-compatible":           {"http://[::a9fe:a9fe]", nobody},
		"metadata through NAT64":              {"http://[64:ff9b::a9fe:a9fe]", nobody},
		"metadata through local NAT64":        {"http://[64:ff9b:1:a9fe:a9:fe00::]", nobody},
		"metadata through 6to4":               {"http://[2002:a9fe:a9fe::1]", nobody},
		"metadata as a Teredo server":         {"http://[2001:0:a9fe:a9fe::1]", nobody},
		"metadata as a Teredo client":         {"http://[2001:0:1:1:0:0:5601:5601]", nobody},
		"metadata by ISATAP":                  {"http://[2001:db9::5efe:169.254.169.254]", nobody},
		"link-local IPv6":                     {"http://[fe80::1]", nobody},
		"an IPv6 zone":                        {"http://[fe80::1%25eth0]", nobody},
		"metadata in one decimal number":      {"http://2852039166", nobody},
		"metadata in one hex number":          {"http://0xa9fea9fe", nobody},
		"metadata in hex parts":               {"http://0xa9.0xfe.0xa9.0xfe", nobody},
		"metadata in octal parts":             {"http://0251.0376.0251.0376", nobody},
		"metadata in three parts":             {"http://169.254.43518", nobody},
		"metadata with leading zeros":         {"http://169.254.169.0254", nobody},
		"loopback in short form":              {"http://127.1", nobody},
		"a GCP metadata name":                 {"http://metadata.google.internal", nobody},
		"metadata alone":                      {"http://metadata", nobody},
		"an AWS metadata name":                {"http://instance-data.ec2.internal", nobody},
		"the cluster's own API":               {"https://kubernetes.default.svc", nobody},
		"consul":                              {"http://consul:8080", nobody},
		"no scheme":                           {"api.example.com", nobody},
		"no scheme but slashes":               {"//api.example.com", nobody},
		"another scheme":                      {"ftp://api.example.com", nobody},
		"a file":                              {"file:///etc/passwd", nobody},
		"nothing":                             {"", nobody},
		"only a scheme":                       {"https://", nobody},
		"a user name":                         {"https://user@api.example.com", nobody},
		"a user name and password":            {"https://user:pw@api.example.com", nobody},
		"an @ in the path":                    {"https://api.example.com/@x", nobody},
		"a fragment":                          {"https://api.example.com/#x", nobody},
		"a query":                             {"https://api.example.com/?x=1", nobody},
		"an escape":                           {"https://api.example.com/%2e%2e", nobody},
		"an escape in the host":               {"https://api%2eexample.com", nobody},
		"a backslash":                         {`https://api.example.com\@evil.com`, nobody},
		"a space":                             {"https://api.example.com /v1", nobody},
		"a line end":                          {"https://api.example.com\r\nHost: x", nobody},
		"a full-width dot":                    {"https://api．example.com", nobody},
		"another script":                      {"https://аpi.example.com", nobody},
		"an internationalised name":           {"https://xn--pi-6kc.example.com", nobody},
		"a dot at the end":                    {"https://api.example.com.", nobody},
		"two dots":                            {"https://api..example.com", nobody},
		"an underscore":                       {"https://a_b.example.com", nobody},
		"a hyphen at the start":               {"https://-a.example.com", nobody},
		"eleven labels":                       {"https://a.b.c.d.e.f.g.h.i.j.k", nobody},
		"a path that climbs":                  {"https://api.example.com/v1/../admin", nobody},
		"port 0":                              {"https://api.example.com:0", nobody},
		"a port too high":                     {"https://api.example.com:65536", nobody},
		"a port missing":                      {"https://api.example.com:", nobody},
		"a port in words":                     {"https://api.example.com:http", nobody},
		"SSH":                                 {"http://api.example.com:22", nobody},
		"PostgreSQL":                          {"http://api.example.com:5432", nobody},
		"Redis, on a private host":            {"http://127.0.0.1:6379", nobody},
		"brackets around a name":              {"https://[api.example.com]", nobody},
		"brackets around IPv4":                {"https://[127.0.0.1]", nobody},
		"an unclosed bracket":                 {"https://[::1", nobody},
		"too long":                            {"https://api.example.com/" + strings.Repeat("a", 2048), nobody},
		"a label too long":                    {"https://" + strings.Repeat("a", 64) + ".com", nobody},
		"a name that ends in a hex number":    {"https://api.0x1f", nobody},
		"a name that only begins like a port": {"https://8080.example.com", anybody},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			public, private := provider.CheckHost(tt.host, false), provider.CheckHost(tt.host, true)
			got := nobody
			switch {
			case public == "" && private == "":
				got = anybody
			case private == "":
				got = organiser
			case public == "":
				t.Fatalf("public but not private: %s", private)
			}
			if got != tt.who {
				t.Errorf("%s may be named by %s (%q, %q), want %s", tt.host, got, public, private, tt.who)
			}
		})
	}
}

func TestCheckAddr(t *testing.T) {
	tests := map[string]struct{ addr, who string }{
		"public":                     {"1.1.1.1", anybody},
		"public IPv6":                {"2606:4700::1111", anybody},
		"public through NAT64":       {"64:ff9b::1.1.1.1", anybody},
		"just below 172.16/12":       {"172.15.255.255", anybody},
		"just above 172.16/12":       {"172.32.0.0", anybody},
		"private":                    {"10.0.0.1", organiser},
		"loopback":                   {"127.255.0.1", organiser},
		"private mapped into IPv6":   {"::ffff:192.168.1.1", organiser},
		"unspecified":                {"0.0.0.0", nobody},
		"unspecified IPv6":           {"::", nobody},
		"site-local IPv6":            {"fec0::1", organiser},
		"multicast IPv6":             {"ff02::1", organiser},
		"discard-only IPv6":          {"100::1", organiser},
		"documentation IPv6":         {"2001:db8::1", organiser},
		"metadata":                   {"169.254.169.254", nobody},
		"metadata mapped into IPv6":  {"::ffff:169.254.169.254", nobody},
		"metadata through NAT64":     {"64:ff9b::169.254.169.254", nobody},
		"metadata of AWS in IPv6":    {"fd00:ec2::254", nobody},
		"metadata of GCP in IPv6":    {"fd20:ce::254", nobody},
		"link-local with a zone":     {"fe80::1%eth0", nobody},
		"unique local with a zone":   {"fd12::1%eth0", organiser},
		"metadata through local 6:4": {"64:ff9b:1::169.254.169.254", nobody},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			addr := netip.MustParseAddr(tt.addr)
			public, private := provider.CheckAddr(addr, false), provider.CheckAddr(addr, true)
			got := nobody
			switch {
			case public == nil && private == nil:
				got = anybody
			case private == nil:
				got = organiser
			}
			if got != tt.who {
				t.Errorf("%s: %s (%v, %v), want %s", tt.addr, got, public, private, tt.who)
			}
			if public != nil && (claviger.CodeOf(public) != claviger.Invalid || strings.Contains(public.Error(), tt.addr)) {
				t.Errorf("the error is %v", public)
			}
		})
	}
	if provider.CheckAddr(netip.Addr{}, true) == nil {
		t.Error("no address passes")
	}
}

func FuzzCheckHost(f *testing.F) {
	for _, s := range []string{"https://api.example.com:8443/v1", "http://[::ffff:10.0.0.1]:80", "http://0x7f.1", "http://a@b#c", "http://2852039166"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		public, private := provider.CheckHost(raw, false), provider.CheckHost(raw, true)
		if public == "" && private != "" {
			t.Fatalf("%q is public but not private: %s", raw, private)
		}
		if private != "" {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.User != nil || u.Fragment != "" || u.RawQuery != "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q passed as %+v", raw, u)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && provider.CheckAddr(addr, public != "") != nil {
			t.Fatalf("%q passed and would not be dialled", raw)
		}
	})
}

func FuzzCheckAddr(f *testing.F) {
	f.Add([]byte{169, 254, 169, 254})
	f.Add([]byte("\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00\xa9\xfe\xa9\xfe"))
	f.Fuzz(func(t *testing.T, b []byte) {
		addr, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		public := provider.CheckAddr(addr, false)
		if public == nil && (provider.CheckAddr(addr, true) != nil || addr.IsPrivate() || addr.IsLoopback() ||
			addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified()) {
			t.Fatalf("%v passes", addr)
		}
	})
}
