package aws

import (
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// errEndless is a list whose pages do not come to an end.
var errEndless = errors.New("the pages do not end")

// How long a list may be before it counts as endless. AWS does send an empty
// page with a token now and then.
const (
	maxPages      = 10_000
	maxEmptyPages = 10
)

// pages asks for page after page until one comes without a token. fetch returns
// how many items its page had and the token of the next.
func pages(ctx context.Context, fetch func(ctx context.Context, token *string) (int, *string, error)) error {
	var token *string
	seen := map[string]bool{}
	for empty := 0; len(seen) < maxPages && empty <= maxEmptyPages; empty++ {
		items, next, err := fetch(ctx, token)
		if err != nil {
			return err
		}
		if sdk.ToString(next) == "" {
			return nil
		}
		if seen[*next] {
			return errEndless
		}
		seen[*next] = true
		token = next
		if items > 0 {
			empty = -1
		}
	}
	return errEndless
}
