package policies_test

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/report"
)

// vocabulary is the words that a field of the input may hold, by the field's own
// name. The lint holds every literal that a policy compares with such a field to
// them, for a misspelt word is a rule that never fires.
func vocabulary() map[string]map[string]bool {
	return map[string]map[string]bool{
		"kind":       words(facts.ProvisionedCluster, facts.Workgroup, facts.HostOnly),
		"connection": words("direct", "ssh", "reverse-ssh", "vpc-peering", "vpn", "privatelink"),
		"public":     words(loader.PublicRequired, loader.PublicNotNeeded),
		"region":     words(loader.Any),
		"own":        words(netpath.Allow, netpath.Deny, netpath.Unknown, netpath.NotApplicable),
		"verdict":    words(netpath.Allow, netpath.Deny, netpath.Unknown, netpath.NotApplicable),
		"stage":      words(slices.Concat(netpath.Stages, netpath.ToBastionStages, netpath.FromBastionStages)...),
		"obstacle":   words(netpath.OwnRange, netpath.ExclusionsBarred, ""),
		"usable":     words(netpath.Yes, netpath.No, netpath.Unclear),
		"status": words(
			// Of a cluster or workgroup:
			// https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
			"available", "cancelling-resize", "creating", "deleting", "final-snapshot", "hardware-failure",
			"incompatible-hsm", "incompatible-network", "incompatible-parameters", "incompatible-restore",
			"modifying", "paused", "rebooting", "renaming", "resizing", "resuming", "rotating-keys",
			"storage-full", "updating-hsm",
			// Of the attachment of a security group, and of the loader's account.
			"active", "adding", "removing",
			"usable", "missing", "expired", "refused",
		),
		"availability_status": words("Available", "Unavailable", "Maintenance", "Modifying", "Failed", ""),
		"apply_status": words("in-sync", "pending-reboot", "applying", "invalid-parameter", "apply-deferred",
			"apply-error", "unknown-error"),
		"width": words("world", "wide", "broad", "narrow", "none"),
		"outcome": words(facts.LoginNotTried, facts.LoggedIn, facts.LoginNoSuchHost, facts.LoginRefused,
			facts.LoginTimedOut, facts.LoginTLSRefused, facts.LoginTLSUntrusted, facts.LoginTLSRequired,
			facts.LoginWrongPassword, facts.LoginNoSuchDatabase, facts.LoginConnectionLimit, facts.LoginStartingUp,
			facts.LoginDigestRequired, facts.LoginIdentityRequired, facts.LoginMethodUnknown,
			facts.LoginPasswordExpired, facts.LoginFailed),
		"presence": words("local", "shared", "missing"),
		"method":   words("standard", "digest", "identity", "barred"),
		// Of a schema, and of a table's comment.
		"problem":  words("owner", "usage", "create", "external", "rights", "missing", "malformed", "empty", "keyless", "no_column"),
		"level":    words("room", "near", "full"),
		"severity": words(report.Severities...),
	}
}

func words[W ~string](list ...W) map[string]bool {
	set := map[string]bool{}
	for _, word := range list {
		set[string(word)] = true
	}
	return set
}
