package netpath

import (
	"fmt"
	"net/netip"
	"strings"

	"go4.org/netipx"
)

// certainty is whether something holds: for certain not, perhaps, for certain.
type certainty int

const (
	no certainty = iota
	maybe
	yes
)

// notPublic are ranges that cannot be the source of a connection from the
// internet: an internet gateway drops them, or nobody routes them. The
// documentation ranges (RFC 5737) are left out, so that examples read as the
// public addresses they stand for.
//
// https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
// (IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS, …_RFC6598_INGRESS), RFC 6890.
func notPublic() [9]netip.Prefix {
	return [9]netip.Prefix{
		ipv4(0, 0, 8), ipv4(10, 0, 8), ipv4(100, 64, 10), ipv4(127, 0, 8), ipv4(169, 254, 16),
		ipv4(172, 16, 12), ipv4(192, 168, 16), ipv4(224, 0, 4), ipv4(240, 0, 4),
	}
}

// privateRanges are those for networks of one's own (RFC 1918), and for those
// between them and the internet (RFC 6598).
func privateRanges() [4]netip.Prefix {
	return [4]netip.Prefix{ipv4(10, 0, 8), ipv4(100, 64, 10), ipv4(172, 16, 12), ipv4(192, 168, 16)}
}

// ipv4 is the prefix of the address a.b.0.0.
func ipv4(a, b byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b}), bits)
}

// sourceFinding judges the source stage.
func sourceFinding(piece netip.Prefix) finding {
	for _, special := range notPublic() {
		if special.Overlaps(piece) {
			return deny(Remedy{}, "address", piece.String(), "%s is in %s, which the internet does not carry", piece, special)
		}
	}
	text := piece.String()
	return finding{verdict: Allow, by: By{"address", text}, detail: text + " is public"}
}

// asIPv4 returns p masked and free of IPv4-in-IPv6 clothing.
func asIPv4(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() {
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), p.Addr().Is4()
}

// parseIPv4 reads an IPv4 prefix as an API gives it, which may have host bits set
// (moto keeps 203.0.113.77/24 as it was typed).
func parseIPv4(s string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// parseAddress reads an IPv4 address as a prefix of one address.
func parseAddress(s string) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, 32), true
}

// split cuts p into the fewest prefixes of which each lies wholly inside or wholly
// outside of every cut. What a rule says of one address of such a piece it says of
// all.
func split(p netip.Prefix, cuts []netip.Prefix) []netip.Prefix {
	if p.IsSingleIP() {
		return []netip.Prefix{p}
	}
	var inside []netip.Prefix
	for _, cut := range cuts {
		if cut.Bits() > p.Bits() && p.Contains(cut.Addr()) {
			inside = append(inside, cut)
		}
	}
	if len(inside) == 0 {
		return []netip.Prefix{p}
	}
	low, high := halves(p)
	return append(split(low, inside), split(high, inside)...)
}

// halves are the two prefixes that p is made of.
func halves(p netip.Prefix) (low, high netip.Prefix) {
	bytes := p.Addr().As4()
	bytes[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	bits := p.Bits() + 1
	return netip.PrefixFrom(p.Addr(), bits), netip.PrefixFrom(netip.AddrFrom4(bytes), bits)
}

// setOf is the set of the addresses of valid prefixes.
func setOf(ps []netip.Prefix) *netipx.IPSet {
	var b netipx.IPSetBuilder
	for _, p := range ps {
		b.AddPrefix(p)
	}
	// The builder errs on invalid prefixes only, and none of ours is.
	set, _ := b.IPSet()
	return set
}

// countIPv4 is the number of addresses of disjoint IPv4 prefixes, at most 2^32.
func countIPv4(ps []netip.Prefix) uint64 {
	var n uint64
	for _, p := range ps {
		n += 1 << (32 - p.Bits())
	}
	return n
}

// listPrefixes writes the first few of ps.
func listPrefixes(ps []netip.Prefix) string {
	const few = 4
	var words []string
	for i, p := range ps {
		if i == few {
			words = append(words, fmt.Sprintf("and %d more ranges", len(ps)-few))
			break
		}
		words = append(words, p.String())
	}
	return strings.Join(words, ", ")
}
