package sasl

import (
	"fmt"
	"log/slog"
)

// mask is what is shown instead of a secret.
const mask = "***"

// Secret is a password or a token. However it is printed, encoded or logged, it
// shows a mask; only [Secret.Reveal] gives it away. It is kept in a function, since
// what fmt finds by reflection in an unexported field it prints without asking.
type Secret struct{ reveal func() string }

// NewSecret returns a Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Reveal returns the secret itself.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.reveal == nil }

// String returns a mask.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return mask
}

// GoString is for %#v.
func (s Secret) GoString() string { return `sasl.NewSecret("` + s.String() + `")` }

// Format is for every verb of fmt.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = f.Write([]byte(s.GoString()))
		return
	}
	_, _ = f.Write([]byte(s.String()))
}

// MarshalText is for encoding/json and its like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
