package aws

import (
	"context"
	"errors"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless"

	"github.com/rscheck/rscheck/checks/facts"
)

// batch is how many clusters are completed together: as many as EC2 takes values
// in one filter. It bounds what is held of a large region.
const batch = 200

// groupsKept is how many security groups are kept from one batch to the next: many
// clusters share one, or each has its own. To ask again for one that was not kept
// costs little, since the groups of a batch go in one call.
const groupsKept = 5 * batch

// region observes one region. What it was told is kept in caches by id, so that
// each thing is asked for once however many clusters share it. A failure is kept
// as well: it is the answer for this run.
type region struct {
	account    *session
	name       string
	redshift   *redshift.Client
	serverless *redshiftserverless.Client
	ec2        *ec2.Client

	subnetGroups map[string]answer[facts.SubnetGroup]
	parameters   map[string]answer[[]facts.Parameter]
	namespaces   map[string]answer[namespace]
	workgroups   map[string]workgroup             // by ARN
	logging      map[string]answer[facts.Logging] // by cluster
	subnetVPCs   map[string]answer[string]
	// By VPC.
	vpcs        map[string]answer[facts.VPC]
	subnets     map[string]answer[[]facts.Subnet]
	routeTables map[string]answer[[]facts.RouteTable]
	networkACLs map[string]answer[[]facts.NetworkACL]
	gateways    map[string]answer[[]facts.InternetGateway]
	// By VPC and private address, and by id.
	interfacesAt map[string]answer[facts.Interface]
	interfaces   map[string]answer[facts.Interface]

	bastions       map[string]answer[instance]
	dns            dnsAnswers
	securityGroups map[string]answer[facts.SecurityGroup]
	associations   map[string]answer[[]facts.GroupAssociation]
	serviceLists   map[string]answer[facts.PrefixList]
	managedLists   map[string]answer[facts.PrefixList]
	entries        map[string]answer[[]string]
	endpoints      map[string]answer[facts.VPCEndpoint]
	// One for the region, under its name.
	publicAccess map[string]answer[facts.BlockPublicAccess]
	exclusions   map[string]answer[[]facts.Exclusion]
	scheduled    map[string]answer[scheduled]
}

func (s *session) region(name string) *region {
	cfg := s.config.Copy()
	cfg.Region = name
	return &region{
		account: s, name: name,
		redshift: redshift.NewFromConfig(cfg), serverless: redshiftserverless.NewFromConfig(cfg), ec2: ec2.NewFromConfig(cfg),
		subnetGroups: map[string]answer[facts.SubnetGroup]{}, parameters: map[string]answer[[]facts.Parameter]{},
		namespaces: map[string]answer[namespace]{}, workgroups: map[string]workgroup{}, logging: map[string]answer[facts.Logging]{},
		subnetVPCs: map[string]answer[string]{},
		vpcs:       map[string]answer[facts.VPC]{}, subnets: map[string]answer[[]facts.Subnet]{},
		routeTables: map[string]answer[[]facts.RouteTable]{}, networkACLs: map[string]answer[[]facts.NetworkACL]{},
		gateways:     map[string]answer[[]facts.InternetGateway]{},
		interfacesAt: map[string]answer[facts.Interface]{}, interfaces: map[string]answer[facts.Interface]{},
		bastions: map[string]answer[instance]{}, dns: newDNSAnswers(),
		securityGroups: map[string]answer[facts.SecurityGroup]{}, associations: map[string]answer[[]facts.GroupAssociation]{},
		serviceLists: map[string]answer[facts.PrefixList]{}, managedLists: map[string]answer[facts.PrefixList]{},
		entries: map[string]answer[[]string]{}, endpoints: map[string]answer[facts.VPCEndpoint]{},
		publicAccess: map[string]answer[facts.BlockPublicAccess]{}, exclusions: map[string]answer[[]facts.Exclusion]{},
		scheduled: map[string]answer[scheduled]{},
	}
}

// observe finds the targets of the region and emits them, complete.
func (r *region) observe(ctx context.Context, emit func(facts.Target) error) (sighting, error) {
	ctx = r.account.withLane(ctx)
	s := sighting{region: r.name, names: map[wish]*lack{}}
	o := &r.account.options
	every := len(o.Clusters)+len(o.Workgroups) == 0
	var (
		clusters, workgroups []*facts.Target
		ofClusters           *lack
		ofWorkgroups         *lack
		failed               error // emit's
		tasks                []func(context.Context)
	)
	missed := map[string]*lack{}
	switch {
	case every:
		tasks = append(tasks, func(ctx context.Context) { clusters, ofClusters, failed = r.everyCluster(ctx, emit) })
	case len(o.Clusters) > 0:
		tasks = append(tasks, func(ctx context.Context) { clusters = r.named(ctx, o.Clusters, missed) })
	}
	if every || len(o.Workgroups) > 0 {
		tasks = append(tasks, func(ctx context.Context) { workgroups, ofWorkgroups = r.listed(ctx, o.wantsWorkgroup) })
	}
	together(ctx, len(tasks), tasks...)
	if failed != nil {
		return s, failed
	}
	for name, l := range missed {
		s.names[wishFor(facts.ProvisionedCluster, name)] = l
	}
	for _, name := range o.Workgroups {
		if !slices.ContainsFunc(workgroups, func(t *facts.Target) bool { return strings.EqualFold(t.Name, name) }) {
			s.names[wishFor(facts.Workgroup, name)] = ofWorkgroups
		}
	}
	if every {
		if ofClusters == nil && r.offersNoWorkgroups(ctx, ofWorkgroups) {
			s.withoutServerless, ofWorkgroups = true, nil
		}
		s.lacks = []*lack{ofClusters, ofWorkgroups}
	}
	return s, r.finish(ctx, append(clusters, workgroups...), emit)
}

// wantsWorkgroup reports whether the workgroup is to be observed.
func (o *Options) wantsWorkgroup(name string) bool {
	return len(o.Clusters)+len(o.Workgroups) == 0 ||
		slices.ContainsFunc(o.Workgroups, func(wanted string) bool { return strings.EqualFold(wanted, name) })
}

// everyCluster finds all clusters and emits them batch by batch, but for the last,
// which it returns.
func (r *region) everyCluster(ctx context.Context, emit func(facts.Target) error) (waiting []*facts.Target, l *lack, failed error) {
	l = r.ask(ctx, describeClusters, func(ctx context.Context) error {
		return pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.redshift.DescribeClusters(ctx, &redshift.DescribeClustersInput{Marker: token, MaxRecords: sdk.Int32(100)})
			if err != nil {
				return 0, nil, err
			}
			for i := range out.Clusters {
				t, err := r.target(&out.Clusters[i])
				if err != nil {
					return 0, nil, err
				}
				waiting = append(waiting, t)
			}
			if len(waiting) >= batch && sdk.ToString(out.Marker) != "" {
				failed = r.finish(ctx, waiting, emit)
				waiting = nil
			}
			return len(out.Clusters), out.Marker, failed
		})
	})
	return waiting, l, failed
}

// enabledRegions are the regions that are enabled for the account.
func (r *region) enabledRegions(ctx context.Context) ([]string, *lack) {
	var names []string
	l := r.ask(ctx, describeRegions, func(ctx context.Context) error {
		out, err := r.ec2.DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
		if err != nil {
			return err
		}
		var f fields
		for _, region := range out.Regions {
			names = append(names, f.text("RegionName", region.RegionName))
		}
		return f.err()
	})
	slices.Sort(names)
	return names, l
}

// named asks for clusters by name. The names it does not find go to missed, with
// nil where AWS says that there is no such cluster.
func (r *region) named(ctx context.Context, names []string, missed map[string]*lack) []*facts.Target {
	targets := make([]*facts.Target, len(names))
	lacks := make([]*lack, len(names))
	tasks := make([]func(context.Context), len(names))
	for i, name := range names {
		tasks[i] = func(ctx context.Context) {
			var absent *types.ClusterNotFoundFault
			var err error
			lacks[i] = r.ask(ctx, describeClusters, func(ctx context.Context) error {
				if targets[i], err = r.cluster(ctx, name); errors.As(err, &absent) {
					return nil
				}
				return err
			})
		}
	}
	together(ctx, sideBySideRedshift, tasks...)
	for i, name := range names {
		if targets[i] == nil {
			missed[name] = lacks[i]
		}
	}
	return slices.DeleteFunc(targets, func(t *facts.Target) bool { return t == nil })
}

func (r *region) cluster(ctx context.Context, name string) (*facts.Target, error) {
	out, err := r.redshift.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: &name})
	if err != nil {
		return nil, err
	}
	if len(out.Clusters) != 1 || !strings.EqualFold(sdk.ToString(out.Clusters[0].ClusterIdentifier), name) {
		return nil, &malformedError{"the cluster " + name}
	}
	return r.target(&out.Clusters[0])
}

// finish completes the targets and emits them.
func (r *region) finish(ctx context.Context, targets []*facts.Target, emit func(facts.Target) error) error {
	if len(targets) == 0 {
		return nil
	}
	r.fetch(ctx, targets)
	for _, t := range targets {
		r.complete(t)
		if err := emit(*t); err != nil {
			return err
		}
	}
	// What belongs to one target alone would grow with the region.
	clear(r.interfacesAt)
	clear(r.interfaces)
	clear(r.logging)
	if len(r.securityGroups) > groupsKept {
		clear(r.securityGroups)
		clear(r.associations)
	}
	return nil
}

// ask runs do, which sends calls of one operation, and says why it failed, if it
// did.
func (r *region) ask(ctx context.Context, operation string, do func(context.Context) error) *lack {
	r.progress(0, 1)
	defer r.progress(1, 0)
	if err := do(ctx); err != nil {
		return callOf(operation).why(r.name, err)
	}
	return nil
}

func (r *region) progress(done, known int) {
	r.account.progressMu.Lock()
	defer r.account.progressMu.Unlock()
	r.account.done += done
	r.account.known += known
	if r.account.options.Progress != nil {
		r.account.options.Progress(r.account.done, r.account.known)
	}
}

// lookUp asks for those of keys that cache does not have, in chunks that AWS
// takes in one filter, and files what it is told. A failure is filed under each
// key of its chunk, absent under a key that the answer does not have.
func lookUp[T any](
	ctx context.Context, r *region, operation string, cache map[string]answer[T], keys []string,
	do func(context.Context, []string) (map[string]T, error), absent func(key string) answer[T],
) {
	keys = slices.DeleteFunc(distinct(keys), func(key string) bool { _, known := cache[key]; return known })
	slices.Sort(keys)
	asked := callOf(operation).asked(r.account.options.Facts)
	for chunk := range slices.Chunk(keys, batch) {
		var told map[string]T
		l := notAsked
		if asked {
			l = r.ask(ctx, operation, func(ctx context.Context) (err error) {
				told, err = do(ctx, chunk)
				return err
			})
		}
		for _, key := range chunk {
			if l != nil {
				cache[key] = lacking[T](l)
			} else if _, ok := told[key]; !ok {
				cache[key] = absent(key)
			}
		}
		if l != nil {
			continue // part of a list is no list
		}
		for key, value := range told {
			cache[key] = answer[T]{value: value}
		}
	}
}

// none is the answer of which an empty list is a good one.
func none[T any](string) answer[T] { return answer[T]{} }

// never is the answer for what AWS must have told of a key and did not.
func never[T any](operation string) func(string) answer[T] {
	return func(key string) answer[T] {
		return lacking[T](&lack{reason: facts.Inconsistent, detail: callOf(operation).Action + " tells nothing of " + key})
	}
}
