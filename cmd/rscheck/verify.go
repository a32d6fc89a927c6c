package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// reachabilityAnalyzer is the one second opinion there is. It creates objects and
// costs money, so its commands are printed and never run.
const reachabilityAnalyzer = "reachability-analyzer"

// verifyOptions ask for the commands of a second opinion on one path.
type verifyOptions struct {
	with   string
	from   string
	target string
	source string
}

func (o *verifyOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.with, "verify-with", "", "print the commands for a second opinion: "+reachabilityAnalyzer)
	f.StringVar(&o.from, "from", "", "the saved snapshot that tells of the target (`FILE`)")
	f.StringVar(&o.target, "target", "", "the target's `NAME`, where the snapshot has several")
	f.StringVar(&o.source, "source", "", "the loader's `address` to follow")
}

func (o *verifyOptions) check(check *checks.Check) error {
	paths := []string{"NET001", "NET002", "NET003", "NET004", "NET005"}
	switch {
	case o.with != reachabilityAnalyzer:
		return usagef("--verify-with %q: want %s", o.with, reachabilityAnalyzer)
	case !slices.Contains(paths, check.ID):
		return usagef("%s is not about a path: want one of %s", check.ID, strings.Join(paths, ", "))
	case o.from == "" || o.source == "":
		return usagef("--verify-with needs --from FILE, as rscheck collect -o FILE writes it, and --source ADDRESS")
	}
	return nil
}

// verifyCommands prints how to have AWS judge the path of one address.
func (a *app) verifyCommands(ctx context.Context, check *checks.Check, o verifyOptions) error {
	if err := o.check(check); err != nil {
		return err
	}
	snapshot, err := within(ctx, func() (facts.Snapshot, error) { return a.readSnapshot(o.from) })
	if err != nil {
		return err
	}
	j, err := a.newJudge(&loaderOptions{loader: "stitch", region: "any", connection: "direct", user: "stitch"}, &judgeOptions{only: []string{check.ID}, failOn: string(report.High)})
	if err != nil {
		return err
	}
	if err := j.judge(ctx, snapshot); err != nil {
		return err
	}
	answers := slices.DeleteFunc(j.finish().Targets, func(t report.Target) bool { return o.target != "" && t.Name != o.target })
	if len(answers) != 1 {
		return usagef("the snapshot has %d targets of that name: choose one with --target NAME", len(answers))
	}
	of := slices.IndexFunc(snapshot.Targets, func(t facts.Target) bool { return t.ID == answers[0].ID })
	text, err := analyses(&answers[0], &snapshot.Targets[of], o.source)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, text)
	return err
}

// analyses spells the commands, for each interface that clients may be led to: the
// one by itself may be in order. Reachability Analyzer takes an address as source
// only as a filter on the gateway by which it comes in
// (https://docs.aws.amazon.com/vpc/latest/reachability/how-reachability-analyzer-works.html).
func analyses(t *report.Target, observed *facts.Target, source string) (string, error) {
	i := slices.IndexFunc(t.Paths, func(p report.Path) bool { return p.Source == source || strings.TrimSuffix(p.Source, "/32") == source })
	if i < 0 {
		return "", usagef("--source %q: want an address the loader dials from", source)
	}
	address := netip.MustParsePrefix(t.Paths[i].Source).Addr()
	found := map[string]string{}
	for _, h := range t.Paths[i].Hops {
		found[h.Stage+" "+h.By.Kind] = h.By.ID
	}
	gateway := found["internet_gateway internet-gateway"]
	ends := endsOf(observed, found["endpoint network-interface"])
	switch {
	case gateway == "":
		return "", fmt.Errorf("the snapshot tells of no internet gateway of %s, where the path would begin", t.Name)
	case len(ends) == 0:
		return "", fmt.Errorf("the snapshot does not tell the network interface of %s, where the path would end", t.Name)
	case t.Endpoint.Port == 0:
		return "", fmt.Errorf("the snapshot does not tell the port of %s", t.Name)
	}
	text := "# AWS charges for each analysis, and these create objects; the last two lines delete them.\n"
	if len(ends) > 1 {
		text = fmt.Sprintf("# AWS charges for each analysis, and these create objects; the last two lines of each delete them.\n"+
			"# Clients may be led to any of %d interfaces, so there is an analysis of each.\n", len(ends))
	}
	for _, end := range ends {
		for _, word := range []string{t.Region, gateway, end.ID, end.SubnetID} {
			if !regexp.MustCompile(`^[a-z0-9-]*$`).MatchString(word) {
				return "", fmt.Errorf("the snapshot has %q, which is no name of AWS's: it is not put into a command", word)
			}
		}
		if len(ends) > 1 {
			text += fmt.Sprintf("# %s in %s:\n", end.ID, end.SubnetID)
		}
		text += fmt.Sprintf(analysis, t.Region, gateway, end.ID, address, t.Endpoint.Port)
	}
	return text, nil
}

// endsOf are the interfaces that clients may be led to: those of the VPC endpoints
// in front of the target, or else that of the leader node, if it is known.
func endsOf(t *facts.Target, leader string) []facts.EndpointInterface {
	var ends []facts.EndpointInterface
	if t.LackingWithin("cluster.endpoint.interfaces") == nil {
		ends = slices.DeleteFunc(slices.Clone(t.Cluster.Endpoint.Interfaces), func(i facts.EndpointInterface) bool { return i.ID == "" })
	}
	if len(ends) == 0 && leader != "" {
		ends = []facts.EndpointInterface{{ID: leader}}
	}
	return ends
}

// analysis are the commands for one interface.
const analysis = `path=$(aws ec2 create-network-insights-path --region %[1]s --source %[2]s --destination %[3]s --protocol tcp \
    --filter-at-source 'SourceAddress=%[4]s,DestinationPortRange={FromPort=%[5]d,ToPort=%[5]d}' \
    --query NetworkInsightsPath.NetworkInsightsPathId --output text)
analysis=$(aws ec2 start-network-insights-analysis --region %[1]s --network-insights-path-id "$path" \
    --query NetworkInsightsAnalysis.NetworkInsightsAnalysisId --output text)
# Until the status is no longer "running":
aws ec2 describe-network-insights-analyses --region %[1]s --network-insights-analysis-ids "$analysis" \
    --query 'NetworkInsightsAnalyses[0].[Status,NetworkPathFound,Explanations[].ExplanationCode]'
aws ec2 delete-network-insights-analysis --region %[1]s --network-insights-analysis-id "$analysis"
aws ec2 delete-network-insights-path --region %[1]s --network-insights-path-id "$path"
`
