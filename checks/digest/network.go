package digest

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// passageStages says which stages of a path each network check judges.
var passageStages = struct{ publicAccess, wayOut, securityGroups, networkACL, blockPublicAccess []netpath.Stage }{
	publicAccess:      []netpath.Stage{netpath.Source, netpath.PublicAccess, netpath.PublicAddress},
	wayOut:            []netpath.Stage{netpath.Endpoint, netpath.InternetGateway, netpath.GatewayRouteTable, netpath.ReturnRoute},
	securityGroups:    []netpath.Stage{netpath.SecurityGroups},
	networkACL:        []netpath.Stage{netpath.NACLInbound, netpath.NACLOutbound},
	blockPublicAccess: []netpath.Stage{netpath.BlockPublicAccess},
}

// network decides the path of every address of the loader and cuts the paths
// into the questions that the checks ask.
func (d *digester) network() {
	if missing := d.notRequested("network", "cluster"); len(missing) > 0 {
		d.lack("network", missing)
		return
	}
	d.exposure()
	d.link()
	d.bastion()
	n := &d.doc.Network
	passages := []struct {
		path   string
		into   *Passage
		stages []netpath.Stage
	}{
		{"network.public_access", &n.PublicAccess, passageStages.publicAccess},
		{"network.way_out", &n.WayOut, passageStages.wayOut},
		{"network.security_groups", &n.SecurityGroups, passageStages.securityGroups},
		{"network.network_acl", &n.NetworkACL, passageStages.networkACL},
		{"network.block_public_access", &n.BlockPublicAccess, passageStages.blockPublicAccess},
	}
	if d.settings.Connection != "direct" {
		for _, p := range passages {
			p.into.Verdict = string(netpath.NotApplicable)
		}
		return
	}
	d.decidePaths()
	whole := d.anyRegionWhole()
	for _, p := range passages {
		*p.into = d.passage(p.stages, whole)
		if p.into.Verdict == string(netpath.Unknown) {
			d.lack(p.path, p.into.Missing)
		}
	}
	d.elsewhere()
	d.allowList()
}

// notRequested returns the Unknowns for facts at the paths that the command line
// left out.
func (d *digester) notRequested(paths ...string) []facts.Unknown {
	var left []facts.Unknown
	for _, path := range paths {
		for _, u := range d.target.Lacking(path) {
			if u.Reason == facts.NotRequested {
				left = append(left, u)
			}
		}
	}
	return left
}

// decidePaths decides the path of every address of the loader's region, or of
// all its regions.
func (d *digester) decidePaths() {
	for _, region := range d.regions() {
		for _, path := range netpath.Decide(d.target, d.settings.Profile.Sources(region)) {
			d.paths = append(d.paths, Path{Region: region, Path: path})
		}
	}
}

func (d *digester) regions() []string {
	if d.settings.Region != "" && d.settings.Region != "any" {
		return []string{d.settings.Region}
	}
	return d.settings.Profile.RegionIDs()
}

// selective are the stages that can tell one address from another. The rest of a
// path is the same for all.
var selective = []netpath.Stage{netpath.ReturnRoute, netpath.NACLInbound, netpath.SecurityGroups, netpath.NACLOutbound}

// anyRegionWhole tells whether the stages that tell addresses apart let at least
// one region's set through, all of them the same set. Without it, security
// groups that admit one region and a network ACL that admits another would each
// pass on its own.
func (d *digester) anyRegionWhole() netpath.Verdict {
	best := netpath.Deny
	for _, region := range d.regions() {
		best = either(best, d.regionWhole(region))
	}
	return best
}

// regionWhole tells whether those stages let a region's whole set through.
func (d *digester) regionWhole(region string) netpath.Verdict {
	verdict := netpath.Allow
	for _, path := range d.paths {
		if path.Region == region {
			verdict = both(verdict, stagesVerdict(path.Path, selective))
		}
	}
	return verdict
}

// passage folds the stages over the loader's addresses. With several regions,
// one that is let through whole is enough; whole tells whether one is so on the
// entire way, which matters where these stages refuse some other region.
func (d *digester) passage(stages []netpath.Stage, whole netpath.Verdict) Passage {
	p := Passage{Regions: []string{}}
	verdict, refuses := netpath.Deny, false
	byRegion := map[string]netpath.Verdict{}
	for _, region := range d.regions() {
		byRegion[region] = netpath.Allow
	}
	for _, path := range d.paths {
		s := source(path, stages)
		p.Sources = append(p.Sources, s)
		byRegion[path.Region] = both(byRegion[path.Region], netpath.Verdict(s.Verdict))
		refuses = refuses || s.Verdict == string(netpath.Deny)
	}
	for _, region := range d.regions() {
		verdict = either(verdict, byRegion[region])
		if byRegion[region] == netpath.Allow {
			p.Regions = append(p.Regions, region)
		}
	}
	if verdict == netpath.Allow && len(p.Regions) < len(d.regions()) && whole != netpath.Allow {
		if verdict = netpath.Unknown; refuses {
			verdict = whole
		}
	}
	p.Verdict = string(verdict)
	switch verdict {
	case netpath.Allow:
		p.Sources = nil
	case netpath.Deny:
		p.keepNearest()
	case netpath.Unknown:
		p.Missing = d.unknownHops(stages)
		if len(p.Missing) == 0 {
			p.Missing = d.unknownHops(selective)
		}
	}
	return p
}

// keepNearest keeps the sources of the region that lacks the fewest addresses,
// or of several that lack as few: whoever allowed three of four is in no doubt
// about the region.
func (p *Passage) keepNearest() {
	denied := map[string]int{}
	for _, s := range p.Sources {
		if s.Verdict == string(netpath.Deny) {
			denied[s.Region]++
		}
	}
	fewest := slices.Min(slices.Collect(maps.Values(denied)))
	p.Sources = slices.DeleteFunc(p.Sources, func(s Source) bool { return denied[s.Region] != fewest })
}

// unknownHops gathers what the stages lack, on all paths, each once.
func (d *digester) unknownHops(stages []netpath.Stage) []facts.Unknown {
	var missing []facts.Unknown
	for _, path := range d.paths {
		for _, hop := range path.Hops {
			if hop.Verdict != netpath.Unknown || !slices.Contains(stages, hop.Stage) {
				continue
			}
			for _, u := range hop.Missing {
				if !slices.Contains(missing, u) {
					missing = append(missing, u)
				}
			}
		}
	}
	return missing
}

// source tells of one address what the stages say.
func source(path Path, stages []netpath.Stage) Source {
	s := Source{Address: path.Source.String(), Region: path.Region, Verdict: string(stagesVerdict(path.Path, stages))}
	for _, hop := range path.Hops {
		if !slices.Contains(stages, hop.Stage) {
			continue
		}
		s.Hops = append(s.Hops, Hop{
			Stage: string(hop.Stage), Verdict: string(hop.Verdict), Detail: hop.Detail,
			Kind: hop.By.Kind, ID: hop.By.ID,
			Object: hop.Remedy.Object, RuleNumber: hop.Remedy.RuleNumber, Gateway: hop.Remedy.Gateway, Route: hop.Remedy.Route,
			CIDR: hop.Remedy.CIDR,
		})
		if hop.Verdict == netpath.Unknown {
			s.Missing = append(s.Missing, hop.Missing...)
		}
	}
	return s
}

func stagesVerdict(path netpath.Path, stages []netpath.Stage) netpath.Verdict {
	verdict := netpath.Allow
	for _, hop := range path.Hops {
		if slices.Contains(stages, hop.Stage) {
			verdict = both(verdict, hop.Verdict)
		}
	}
	return verdict
}

// both is Kleene's and; what does not apply does not stand in the way.
func both(a, b netpath.Verdict) netpath.Verdict {
	switch {
	case a == netpath.Deny || b == netpath.Deny:
		return netpath.Deny
	case a == netpath.Unknown || b == netpath.Unknown:
		return netpath.Unknown
	}
	return netpath.Allow
}

// either is Kleene's or.
func either(a, b netpath.Verdict) netpath.Verdict {
	switch {
	case a == netpath.Allow || b == netpath.Allow:
		return netpath.Allow
	case a == netpath.Unknown || b == netpath.Unknown:
		return netpath.Unknown
	}
	return netpath.Deny
}

// exposure sums up who else the security groups let in. What is certainly wide
// is told even where other groups could not be read.
func (d *digester) exposure() {
	var loader []netip.Prefix
	for _, region := range d.settings.Profile.RegionIDs() {
		loader = append(loader, d.settings.Profile.Sources(region)...)
	}
	exposed := netpath.Exposed(d.target, loader)
	e := &d.doc.Network.Exposure
	e.Width, e.Addresses = width(exposed), strconv.FormatUint(exposed.Addresses, 10)
	for _, r := range exposed.Rules {
		e.Rules = append(e.Rules, exposedRule(&r))
	}
	if e.Width == "narrow" || e.Width == "none" {
		d.lack("network.exposure", exposed.Missing)
	}
}

func exposedRule(r *netpath.ExposedRule) ExposedRule {
	ports := facts.Ports{From: -1, To: -1}
	if r.Ports != nil {
		ports = *r.Ports
	}
	return ExposedRule{
		Group: r.Group, CIDR: r.CIDR.String(), List: r.PrefixList, Protocol: r.Protocol,
		FromPort: ports.From, ToPort: ports.To, Wide: r.Addresses >= broad || r.CIDR.Addr().Is6() && r.CIDR.Bits() < wideIPv6,
	}
}

// How many IPv4 addresses beyond the loader's make an exposure broad and wide, a
// /16 and a /8 in sum; and the longest IPv6 prefix that is wide, for a /32 is
// what a provider gets.
const (
	broad    = 1 << 16
	wide     = 1 << 24
	wideIPv6 = 32
)

func width(x netpath.Exposure) string {
	wideV6 := slices.ContainsFunc(x.IPv6, func(p netip.Prefix) bool { return p.Bits() < wideIPv6 })
	switch {
	case x.World:
		return "world"
	case x.Addresses >= wide, wideV6:
		return "wide"
	case x.Addresses >= broad:
		return "broad"
	case x.Addresses > 0, len(x.IPv6) > 0:
		return "narrow"
	}
	return "none"
}
