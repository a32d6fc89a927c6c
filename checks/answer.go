package checks

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/report"
)

// Answer digests what was observed of t and judges it, for the loader set up as
// in s. The time at is when t was observed. The answer has no verdict yet: that
// depends on the severity from which a result decides.
func (c *Catalogue) Answer(ctx context.Context, t *facts.Target, s loader.Settings, at time.Time) (report.Target, error) {
	d := digest.Of(t, s, at)
	results, err := c.Judge(ctx, &d.Document, d.Lacks)
	if err != nil {
		return report.Target{}, fmt.Errorf("judge %s: %w", t.Name, err)
	}
	answer := report.Target{
		ID: t.ID, Name: t.Name, Kind: t.Kind, Account: t.Account, Region: t.Region,
		Endpoint: endpoint(t),
		Paths:    paths(d.Paths),
		Exposure: exposure(&d),
		Results:  results,
	}
	if login := t.Database.Login; login.Outcome != "" && login.Outcome != facts.LoginNotTried {
		answer.Login = &report.Login{User: login.User, About: s.User, Via: login.Via, Database: login.Database, Outcome: string(login.Outcome)}
	}
	return answer, nil
}

// endpoint is where the loader would connect: what AWS told, or, where AWS was left
// out, where rscheck did.
func endpoint(t *facts.Target) report.Endpoint {
	if t.Kind == facts.HostOnly {
		return report.Endpoint{Host: t.Database.Login.Host, Port: t.Database.Login.Port}
	}
	return report.Endpoint{Host: t.Cluster.Endpoint.Host, Port: t.Cluster.Endpoint.Port}
}

func paths(decided []digest.Path) []report.Path {
	list := make([]report.Path, 0, len(decided))
	for _, p := range decided {
		hops := make([]report.Hop, 0, len(p.Hops))
		for _, h := range p.Hops {
			hops = append(hops, report.Hop{
				Stage: string(h.Stage), Verdict: string(h.Verdict), By: report.By{Kind: h.By.Kind, ID: h.By.ID},
				Detail: h.Detail, Missing: append([]facts.Unknown{}, h.Missing...),
			})
		}
		list = append(list, report.Path{
			Source: p.Source.String(), LoaderRegion: p.Region, Verdict: string(p.Verdict), Aside: p.Aside, Hops: hops,
		})
	}
	return list
}

// exposure tells who else the security groups let in, nil where that was not asked.
func exposure(d *digest.Digest) *report.Exposure {
	x := d.Exposure
	if x == nil {
		return nil
	}
	return &report.Exposure{
		World: x.World, Public: words(x.Spans), Addresses: x.Addresses, IPv6: words(x.IPv6), Private: words(x.Private),
		Missing: append([]facts.Unknown{}, x.Missing...),
	}
}

func words(prefixes []netip.Prefix) []string {
	list := make([]string, 0, len(prefixes))
	for _, p := range prefixes {
		list = append(list, p.String())
	}
	return list
}
