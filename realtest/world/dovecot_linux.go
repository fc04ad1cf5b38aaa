package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Dovecot is a running Dovecot.
type Dovecot struct {
	Log  string
	Auth string // the socket by which Postfix and Exim have it verify a password
	LMTP string // the unix socket of its LMTP service
	Home string // folder of the users' homes; the Maildir of alice is Home/alice/Maildir
}

// DovecotConfig says what a Dovecot is to be: an authentication server, a
// submission server at ports 587 and 465, and an LMTP server at port 24.
type DovecotConfig struct {
	Dir      string
	Hostname string
	Address  string // an IP address
	CertFile string
	KeyFile  string
	CAFile   string // authority of the clients' certificates, whose common name is the user
	Relay    string // an IP address: where its submission server gives messages to, at port 25
	Trusted  string // an IP address that may send XCLIENT

	Users map[string]string // password by user; at example.test for LMTP
	Full  []string          // users without room for another message
	Later string            // the user who is always told to try again later
	// TokenKey, base64, is the HMAC key of the JSON Web Tokens that XOAUTH2 and
	// OAUTHBEARER take.
	TokenKey string
}

// DovecotMechanisms are the mechanisms that a Dovecot of this package offers.
const DovecotMechanisms = "plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 oauthbearer xoauth2 external"

// StartDovecot starts Dovecot in a namespace.
func StartDovecot(ns *Namespace, config DovecotConfig) (*Dovecot, error) {
	home, err := folder(config.Dir, "nobody", "home")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"run", "state"} {
		if _, err := folder(config.Dir, "", name); err != nil {
			return nil, err
		}
	}
	dovecot := &Dovecot{
		Log:  filepath.Join(config.Dir, "log"),
		Auth: filepath.Join(config.Dir, "auth"),
		LMTP: filepath.Join(config.Dir, "lmtp"),
		Home: home,
	}
	if err := config.writeUsers(); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(config.Dir, "oauth2.conf"), fmt.Appendf(nil, dovecotTokens, config.Dir), 0o644); err != nil {
		return nil, err
	}
	const tryLater = "#!/bin/sh\nexit 111\n" // of checkpassword: a temporary problem
	if err := os.WriteFile(filepath.Join(config.Dir, "later"), []byte(tryLater), 0o755); err != nil {
		return nil, err
	}
	if err := config.writeTokenKey(); err != nil {
		return nil, err
	}
	file := filepath.Join(config.Dir, "dovecot.conf")
	text := strings.NewReplacer(
		"$DIR", config.Dir, "$HOSTNAME", config.Hostname, "$ADDRESS", config.Address,
		"$CERT", config.CertFile, "$KEY", config.KeyFile, "$CA", config.CAFile,
		"$RELAY", config.Relay, "$TRUSTED", config.Trusted, "$LATER", config.Later,
		"$MECHANISMS", DovecotMechanisms,
	).Replace(dovecotConfig)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	cmd := Command("dovecot", "-F", "-c", file)
	return dovecot, start(ns, cmd, func() error {
		if err := accepts(ns, config.Address+":24"); err != nil {
			return err
		}
		return greets(ns, config.Address+":587")
	})
}

// writeUsers writes the passwd-file: name, password, uid, gid, GECOS, home,
// shell and extra fields, with and without the domain.
func (c DovecotConfig) writeUsers() error {
	var file strings.Builder
	for name, password := range c.Users {
		for _, full := range []string{name, name + "@example.test"} {
			fmt.Fprintf(&file, "%s:{PLAIN}%s:nobody:nogroup::%s/home/%s::\n", full, password, c.Dir, name)
		}
	}
	for _, name := range c.Full {
		fmt.Fprintf(&file, "%s@example.test:{PLAIN}!:nobody:nogroup::%s/home/%s::userdb_quota_rule=*:storage=1B\n", name, c.Dir, name)
	}
	return os.WriteFile(filepath.Join(c.Dir, "passwd"), []byte(file.String()), 0o644)
}

// writeTokenKey puts the key where Dovecot looks for the one of a token without
// azp and kid.
func (c DovecotConfig) writeTokenKey() error {
	dir, err := folder(c.Dir, "", "keys", "default", "HS256")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "default"), []byte(c.TokenKey), 0o644)
}

const dovecotConfig = `protocols = submission lmtp
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/log
hostname = $HOSTNAME
listen = $ADDRESS
haproxy_trusted_networks =
login_trusted_networks = $TRUSTED
mail_location = maildir:~/Maildir
mail_plugins = quota
first_valid_uid = 1
auth_username_format = %Lu

ssl = yes
ssl_cert = <$CERT
ssl_key = <$KEY
ssl_ca = <$CA
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes

auth_mechanisms = $MECHANISMS
auth_realms = example.test
auth_failure_delay = 0
auth_verbose = yes
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = $DIR/oauth2.conf
}
passdb {
  driver = static
  mechanisms = external
  args = nopassword
}
passdb {
  driver = passwd-file
  mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
  username_filter = !$LATER
  args = username_format=%u $DIR/passwd
}
passdb {
  driver = checkpassword
  mechanisms = plain login
  username_filter = $LATER
  args = $DIR/later
}
userdb {
  driver = passwd-file
  args = username_format=%u $DIR/passwd
}
service auth {
  unix_listener $DIR/auth {
    mode = 0666
  }
}
service anvil {
  # Without it, an address that failed waits longer every time.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}

submission_relay_host = $RELAY
submission_relay_trusted = yes
submission_max_mail_size = 100k
service submission-login {
  inet_listener submission {
    port = 587
  }
  inet_listener submissions {
    port = 465
    ssl = yes
  }
}

lmtp_rcpt_check_quota = yes
service lmtp {
  inet_listener lmtp {
    port = 24
  }
  unix_listener $DIR/lmtp {
    mode = 0666
  }
}
plugin {
  quota = maildir:User quota
}
`

const dovecotTokens = `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=%s/keys/
active_attribute =
active_value =
username_attribute = sub
force_introspection = no
`
