package provider

import (
	"net/netip"

	claviger "github.com/claviger/claviger"
)

// metadata are the addresses at which clouds hand credentials to whoever asks
// from inside. Link-local ones are refused as a whole: nothing a gateway should
// call lives there.
var metadata = prefixes(
	"169.254.0.0/16",     // AWS, GCP, Azure and most others; ECS and EKS identities
	"100.100.100.200/32", // Alibaba
	"168.63.129.16/32",   // Azure
	"192.0.0.192/32",     // Oracle
	"fd00:ec2::/32",      // AWS
	"fd20:ce::254/128",   // GCP
	"fe80::/10",
)

// private are the addresses that do not belong to one host on the internet.
var private = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	nat64       = netip.MustParsePrefix("64:ff9b::/96")
	nat64Local  = netip.MustParsePrefix("64:ff9b:1::/48")
	sixToFour   = netip.MustParsePrefix("2002::/16")
	teredo      = netip.MustParsePrefix("2001::/32")
	compatible  = netip.MustParsePrefix("::/96")
	globalIPv6  = netip.MustParsePrefix("2000::/3")
	refusedMeta = claviger.Fail(claviger.Invalid, "metadata and link-local addresses are not allowed")
	refusedPriv = claviger.Fail(claviger.Invalid, "private and reserved addresses are not allowed")
	refusedNone = claviger.Fail(claviger.Invalid, "the unspecified address is not allowed")
	refusedAddr = claviger.Fail(claviger.Invalid, "is no address")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// CheckAddr is nil when a provider may be called at addr, the address about to
// be dialled. Metadata and link-local addresses are refused always, and so is
// the unspecified one, which leads to whatever listens on this machine; private
// and reserved ones unless allowPrivate. An IPv6 address that carries an IPv4
// address is judged by both. The error is an Invalid one and names no address.
func CheckAddr(addr netip.Addr, allowPrivate bool) error {
	if !addr.IsValid() {
		return refusedAddr
	}
	addr = addr.Unmap().WithZone("")
	embedded := carried(addr)
	if addr.IsUnspecified() {
		return refusedNone
	}
	if within(metadata, addr) {
		return refusedMeta
	}
	for _, inner := range embedded {
		if inner.IsValid() && within(metadata, inner) {
			return refusedMeta
		}
	}
	if allowPrivate {
		return nil
	}
	if isPrivate(addr) {
		return refusedPriv
	}
	for _, inner := range embedded {
		if inner.IsValid() && isPrivate(inner) {
			return refusedPriv
		}
	}
	return nil
}

func isPrivate(addr netip.Addr) bool {
	if addr.Is6() && !globalIPv6.Contains(addr) && !nat64.Contains(addr) {
		return true
	}
	return within(private, addr)
}

func within(list []netip.Prefix, addr netip.Addr) bool {
	for _, p := range list {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// carried are the IPv4 addresses inside an IPv6 address, by the known ways of
// putting them there; not valid where there is none.
func carried(addr netip.Addr) (out [2]netip.Addr) {
	if !addr.Is6() {
		return out
	}
	b := addr.As16()
	v4 := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	switch {
	case sixToFour.Contains(addr):
		out[0] = v4(2)
	case teredo.Contains(addr): // the server, and the client with its bits turned
		out[0] = v4(4)
		out[1] = netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	case compatible.Contains(addr), nat64.Contains(addr):
		out[0] = v4(12)
	case nat64Local.Contains(addr):
		// A /48 prefix puts the address around a zero byte, a /96 one at the end.
		out[0] = netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]})
		out[1] = v4(12)
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP
		out[0] = v4(12)
	}
	return out
}
