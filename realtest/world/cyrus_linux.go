package world

import (
	"os"
	"path/filepath"
	"strings"
)

// CyrusMechanisms are the mechanisms of a Cyrus SASL of this package.
const CyrusMechanisms = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256"

// CyrusSASL makes a password database and the configuration of a program,
// smtpd of Postfix, that asks it: program.db and program.conf in dir. Debian's Postfix looks
// in the folder sasl beside its main.cf, whatever cyrus_sasl_config_path says.
func CyrusSASL(dir, program, realm string, users map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	database := filepath.Join(dir, program+".db")
	for user, password := range users {
		cmd := Command("saslpasswd2", "-p", "-c", "-f", database, "-u", realm, user)
		cmd.Stdin = strings.NewReader(password)
		if err := output(cmd); err != nil {
			return err
		}
	}
	if err := os.Chmod(database, 0o644); err != nil { // the servers' users must read it
		return err
	}
	return os.WriteFile(filepath.Join(dir, program+".conf"), []byte(
		"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: "+database+"\nmech_list: "+CyrusMechanisms+"\n"), 0o644)
}
