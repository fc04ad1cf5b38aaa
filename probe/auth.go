package probe

// Auth is who we say we are, and how (RFC 4954). It holds secrets: it is never printed.
type Auth struct {
	User     string // the authentication identity
	Identity string // the identity to act as; "": that of User
	Password string
	Token    string // an OAuth access token, for XOAUTH2 and OAUTHBEARER
	// Mechanisms are those that may be used, in upper case; nil: the strongest that is offered.
	Mechanisms []string
	MaskUser   bool // the user name is a secret too

	AllowUnverified bool // over TLS without a verified certificate too
	AllowPlaintext  bool // without TLS too
}
