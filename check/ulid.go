package check

import (
	"crypto/rand"
	"time"
)

// NewID returns an identifier, a ULID: 48 bits of milliseconds and 80 random bits in
// Crockford's base 32, so that identifiers sort by time.
func NewID(now time.Time) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var id [26]byte
	ms := uint64(now.UnixMilli()) //nolint:gosec // the clock is past 1970
	for i := 9; i >= 0; i-- {
		id[i] = digits[ms&31]
		ms >>= 5
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	for i, b := range random {
		id[10+i] = digits[b&31]
	}
	return string(id[:])
}
