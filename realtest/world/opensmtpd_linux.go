package world

import (
	"os"
	"path/filepath"
	"strings"
)

// OpenSMTPDConfig says what an OpenSMTPD is to be.
type OpenSMTPDConfig struct {
	Dir      string
	Hostname string
	CertFile string
	KeyFile  string
	Address  string // an IP address, where it greets at port 25
	Resolver string // IP address of a DNS server
	// Text is its configuration; $ADDRESS, $CERT, $KEY and $DIR are what they say.
	Text string
	// Users have a mailbox, and the password password.
	Users []string
}

// StartOpenSMTPD starts OpenSMTPD in a namespace.
func StartOpenSMTPD(ns *Namespace, config OpenSMTPDConfig) error {
	if _, err := folder(config.Dir, "", "root"); err != nil {
		return err
	}
	for name, file := range map[string]string{"cert.pem": config.CertFile, "key.pem": config.KeyFile} {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(config.Dir, name), text, 0o600); err != nil {
			return err
		}
	}
	text := strings.NewReplacer("$ADDRESS", config.Address, "$CERT", filepath.Join(config.Dir, "cert.pem"), "$KEY", filepath.Join(config.Dir, "key.pem"),
		"$DIR", config.Dir, "$HOSTNAME", config.Hostname).Replace(config.Text)
	if err := os.WriteFile(filepath.Join(config.Dir, "smtpd.conf"), []byte(text), 0o600); err != nil {
		return err
	}
	cmd := inRoot("opensmtpd", config.Dir, config.Resolver, opensmtpdStart)
	cmd.Env = append(cmd.Env, "USERS="+strings.Join(config.Users, " "))
	return start(ns, cmd, func() error { return greets(ns, config.Address+":25") })
}

const opensmtpdStart = `
for user in opensmtpd opensmtpq; do
	useradd --system --user-group --home-dir /var/lib/opensmtpd/empty --shell /usr/sbin/nologin $user
done
for user in $USERS; do
	useradd --create-home --shell /bin/sh $user
done
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
chmod 711 /var/lib/opensmtpd /var/spool/smtpd
exec /usr/sbin/smtpd -d -f "$DIR/smtpd.conf"
`
