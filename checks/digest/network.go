package digest

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
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
	d.link()
	d.bastion()
	n := &d.doc.Network
	// The security groups come first: an allow-list says which region is meant.
	questions := []question{
		{"network.security_groups", &n.SecurityGroups, passageStages.securityGroups},
		{"network.network_acl", &n.NetworkACL, passageStages.networkACL},
		{"network.way_out", &n.WayOut, passageStages.wayOut},
		{"network.public_access", &n.PublicAccess, passageStages.publicAccess},
		{"network.block_public_access", &n.BlockPublicAccess, passageStages.blockPublicAccess},
	}
	if d.settings.Connection != "direct" {
		for _, q := range questions {
			q.into.Verdict = string(netpath.NotApplicable)
		}
		d.exposure()
		return
	}
	d.decidePaths()
	d.ask(questions)
	d.exposure()
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
	sources, regions := d.sources()
	// All at once, for the numbers of new network ACL rules are shared among them.
	for i, path := range netpath.Decide(d.target, sources) {
		d.paths = append(d.paths, Path{Region: regions[i], Path: path})
	}
}

// sources are the loader's addresses, and the region of each.
func (d *digester) sources() (sources []netip.Prefix, regions []string) {
	for _, region := range d.regions() {
		for _, source := range d.settings.Profile.Sources(region) {
			sources, regions = append(sources, source), append(regions, region)
		}
	}
	return sources, regions
}

// regions are the loader's regions that come into question.
func (d *digester) regions() []string {
	switch {
	case d.regionIDs != nil:
	case d.settings.Region != "" && d.settings.Region != loader.Any:
		d.regionIDs = []string{d.settings.Region}
	default:
		d.regionIDs = d.settings.Profile.RegionIDs()
	}
	return d.regionIDs
}

// question is what one check asks of the loader's paths.
type question struct {
	path   string // of the field of the document
	into   *Passage
	stages []netpath.Stage
}

// ask answers the questions, in turn.
func (d *digester) ask(questions []question) {
	stages := make([][]netpath.Stage, len(questions))
	for i, q := range questions {
		stages[i] = q.stages
	}
	answers, asked := d.sift(stages)
	for i, q := range questions {
		*q.into = d.passage(q.stages, answers[i])
		if answers[i] != netpath.Unknown {
			continue
		}
		missing := d.unknownHops(q.stages, asked[i])
		if len(missing) == 0 { // it depends on the region, and that on what was asked before
			missing = d.unknownHops(slices.Concat(stages[:i]...), asked[0])
		}
		if !slices.ContainsFunc(q.into.Sources, curable) {
			q.into.Sources = nil
		}
		d.lack(q.path+".verdict", missing)
	}
}

// sift asks of the paths, in turn, whether each set of stages lets a region through,
// and sets those aside that are not of the regions left. It returns the answers, and
// of which regions each was asked.
func (d *digester) sift(questions [][]netpath.Stage) (answers []netpath.Verdict, asked []bundle) {
	d.meant = newSieve(len(d.regions()))
	for _, stages := range questions {
		asked = append(asked, d.meant.left())
		answer, left := d.meant.ask(d.shortfalls(d.paths, stages))
		answers, d.meant = append(answers, answer), left
	}
	left := d.meant.left()
	for i := range d.paths {
		d.paths[i].Aside = !left.has(d.region(d.paths[i].Region))
	}
	return answers, asked
}

// region is the place of a region in the bundles.
func (d *digester) region(id string) int { return slices.Index(d.regions(), id) }

// shortfalls tells of each region how many of its addresses the stages refuse.
func (d *digester) shortfalls(paths []Path, stages []netpath.Stage) []shortfall {
	found := make([]shortfall, len(d.regions()))
	for i := range paths {
		found[d.region(paths[i].Region)].add(stagesVerdict(paths[i].Path, stages))
	}
	return found
}

// passage tells what the stages say of the addresses of the regions that are left.
func (d *digester) passage(stages []netpath.Stage, answer netpath.Verdict) Passage {
	p := Passage{Verdict: string(answer)}
	for _, path := range d.paths {
		if !path.Aside && answer != netpath.Allow {
			p.Sources = append(p.Sources, source(path, stages))
		}
	}
	return p
}

// curable reports whether a change is known after which what is not known would not
// matter: replies that pass to some ports only can be let through to all.
func curable(s Source) bool {
	return slices.ContainsFunc(s.Hops, func(h Hop) bool { return h.Verdict == string(netpath.Unknown) && h.Object != "" })
}

// unknownHops gathers what the stages lack on the paths from the regions, each once.
func (d *digester) unknownHops(stages []netpath.Stage, regions bundle) []facts.Unknown {
	var missing []facts.Unknown
	for _, path := range d.paths {
		if !regions.has(d.region(path.Region)) {
			continue
		}
		for _, hop := range path.Hops {
			if hop.Verdict == netpath.Unknown && slices.Contains(stages, hop.Stage) {
				missing = append(missing, hop.Missing...)
			}
		}
	}
	return distinct(missing)
}

// source tells of one address what the stages say.
func source(path Path, stages []netpath.Stage) Source {
	s := Source{Address: path.Source.String(), Region: path.Region, Verdict: string(stagesVerdict(path.Path, stages))}
	for _, hop := range path.Hops {
		if !slices.Contains(stages, hop.Stage) {
			continue
		}
		s.Hops = append(s.Hops, hops(hop)...)
		if hop.Verdict == netpath.Unknown {
			s.Missing = append(s.Missing, hop.Missing...)
		}
	}
	return s
}

// hops tells a hop, one with several causes once for each.
func hops(h netpath.Hop) []Hop {
	plain := Hop{Stage: string(h.Stage), Verdict: string(h.Verdict), Detail: h.Detail, Kind: h.By.Kind, ID: h.By.ID}
	if len(h.Causes) == 0 {
		return []Hop{plain}
	}
	told := make([]Hop, len(h.Causes))
	for i, c := range h.Causes {
		r := c.Remedy
		told[i] = Hop{
			Stage: plain.Stage, Verdict: plain.Verdict, Detail: c.Detail, Kind: c.By.Kind, ID: c.By.ID,
			Object: r.Object, RuleNumber: r.RuleNumber, Route: r.Route, Target: r.Target, Exclusion: r.Exclusion,
			Obstacle: string(r.Obstacle), CIDR: r.CIDR, Group: r.Group,
		}
	}
	return told
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
