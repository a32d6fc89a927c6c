package aws

import (
	"context"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// scheduled are the scheduled actions of a region, by the cluster's name in lower
// case.
type scheduled map[string][]facts.ScheduledAction

// fetchScheduled asks for the scheduled actions of the whole region. AWS would
// filter them by cluster, but an action keeps the name as somebody typed it, and
// whether the filter minds its case is not documented.
func (r *region) fetchScheduled(ctx context.Context) {
	lookUp(ctx, r, describeScheduled, r.scheduled, []string{r.name}, func(ctx context.Context, _ []string) (map[string]scheduled, error) {
		told := scheduled{}
		return map[string]scheduled{r.name: told}, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.redshift.DescribeScheduledActions(ctx, &redshift.DescribeScheduledActionsInput{Marker: token, MaxRecords: sdk.Int32(100)})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.ScheduledActions, out.Marker, scheduledAction)
		})
	}, none[scheduled])
}

// scheduledAction files an action under its cluster. One that does something else
// than AWS documents cannot be filed, so that nothing is known of any cluster.
func scheduledAction(in *types.ScheduledAction) (string, facts.ScheduledAction, error) {
	var f fields
	a := facts.ScheduledAction{
		Name: f.text("ScheduledActionName", in.ScheduledActionName), Schedule: f.text("Schedule", in.Schedule),
		State: f.enum("State", string(in.State)), Start: stamp(in.StartTime), End: stamp(in.EndTime),
	}
	if len(in.NextInvocations) > 0 {
		first := slices.MinFunc(in.NextInvocations, time.Time.Compare)
		a.Next = stamp(&first)
	}
	var cluster *string
	switch target := in.TargetAction; {
	case target != nil && target.PauseCluster != nil:
		a.Action, cluster = "pause", target.PauseCluster.ClusterIdentifier
	case target != nil && target.ResumeCluster != nil:
		a.Action, cluster = "resume", target.ResumeCluster.ClusterIdentifier
	case target != nil && target.ResizeCluster != nil:
		a.Action, cluster = "resize", target.ResizeCluster.ClusterIdentifier
	default:
		f.miss("TargetAction")
	}
	return strings.ToLower(f.text("ClusterIdentifier", cluster)), a, f.err()
}

// completeScheduled tells a cluster's own scheduled actions.
func (r *region) completeScheduled(t *facts.Target) {
	all := take(t, "cluster.scheduled_actions", r.scheduled[r.name])
	t.Cluster.ScheduledActions = sorted(all[strings.ToLower(t.Name)], func(a facts.ScheduledAction) string { return a.Name })
}
