package facts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Read reads a saved snapshot. It refuses what DecodeStrict does, and a kind of
// target or a reason that it does not know: a policy could take either for
// something harmless. A fact that the snapshot does not have is unknown.
func Read(r io.Reader) (Snapshot, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Snapshot{}, err
	}
	var s Snapshot
	if err := DecodeStrict(bytes.NewReader(text), SnapshotSchema, &s); err != nil {
		return Snapshot{}, err
	}
	if err := checkReasons("", s.Unknown); err != nil {
		return Snapshot{}, err
	}
	for i, t := range s.Targets {
		place := fmt.Sprintf("targets[%d].", i)
		if !slices.Contains(Kinds, t.Kind) {
			return Snapshot{}, fmt.Errorf("%skind: unknown word %s", place, quote(string(t.Kind)))
		}
		if err := checkReasons(place, t.Unknown); err != nil {
			return Snapshot{}, err
		}
	}
	if s.ScannedAt.IsZero() {
		// Without it nobody knows whether a password had expired.
		return Snapshot{}, errors.New("scanned_at: not found, where the time of the scan should stand")
	}
	return s, lackAbsent(text, &s)
}

func checkReasons(place string, unknown []Unknown) error {
	for i, u := range unknown {
		if !slices.Contains(Reasons, u.Reason) {
			return fmt.Errorf("%sunknown[%d].reason: unknown word %s", place, i, quote(string(u.Reason)))
		}
	}
	return nil
}

// Write saves the snapshot for Read.
func Write(w io.Writer, s Snapshot) error { return Encode(w, s) }
