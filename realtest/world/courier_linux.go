package world

import (
	"os"
	"path/filepath"
	"strings"
)

// CourierConfig says what a Courier is to be.
type CourierConfig struct {
	Dir      string
	Hostname string
	CertFile string
	KeyFile  string
	Address  string // an IP address
	Resolver string // IP address of a DNS server
	Domain   string
	Users    []string          // with a mailbox each, and the password password
	Access   []string          // lines of its smtpaccess, as for makesmtpaccess(8)
	Ports    map[string]string // what a port has besides the settings of all, for the shell; 25 is always there
	Main     map[string]string // files in /etc/courier, by name
}

// StartCourier starts Courier in a namespace.
func StartCourier(ns *Namespace, config CourierConfig) error {
	if _, err := folder(config.Dir, "", "root"); err != nil {
		return err
	}
	var pem []byte
	for _, name := range []string{config.KeyFile, config.CertFile} {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		pem = append(pem, text...)
	}
	files := map[string]string{
		"esmtpd.pem": string(pem), "me": config.Hostname + "\n", "defaultdomain": config.Domain + "\n", "dsnfrom": "postmaster@" + config.Domain + "\n",
		"locals": "localhost\n" + config.Domain + "\n", "access": strings.Join(config.Access, "\n") + "\n",
	}
	for name, text := range config.Main {
		files[name] = text
	}
	for _, sub := range []string{"etc", "ports"} {
		if _, err := folder(config.Dir, "", sub); err != nil {
			return err
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(config.Dir, "etc", name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	ports := map[string]string{"25": ""}
	for port, text := range config.Ports {
		ports[port] = text
	}
	for port, text := range ports {
		text = "ADDRESS=" + config.Address + "\nPORT=" + port + "\nPIDFILE=/run/courier/" + port + ".pid\nTARPIT=0\nMAXPERC=40\nMAXPERIP=40\n" + text + "\n"
		if err := os.WriteFile(filepath.Join(config.Dir, "ports", port), []byte(text), 0o600); err != nil {
			return err
		}
	}
	cmd := inRoot("courier", config.Dir, config.Resolver, courierStart)
	cmd.Env = append(cmd.Env, "USERS="+strings.Join(config.Users, " "), "DOMAIN="+config.Domain)
	return start(ns, cmd, func() error {
		for port := range ports {
			if err := accepts(ns, config.Address+":"+port); err != nil {
				return err
			}
		}
		return nil
	})
}

// courierStart does what the packages do when they are installed, and starts the
// daemons as their init scripts do.
const courierStart = `
useradd --system --user-group --home-dir /var/lib/courier --no-create-home --shell /usr/sbin/nologin courier
mkdir -p /run/courier/authdaemon /etc/courier/userdb.d
ln -s makedat.courier /usr/bin/makedat
cp "$DIR"/etc/* /etc/courier/
cd /etc/courier
mv access smtpaccess/default
echo "$DOMAIN" >esmtpacceptmailfor.dir/domains
cat >authdaemonrc <<END
authmodulelist="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
subsystem=mail
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
END
touch userdb
chmod 700 userdb
for user in $USERS; do
	useradd --create-home --shell /bin/sh "$user"
	su "$user" -c "maildirmake.courier ~/Maildir"
	userdb "$user@$DOMAIN" set uid="$(id -u "$user")" gid="$(id -g "$user")" home="/home/$user" mail="/home/$user/Maildir"
	userdb "$user" set uid="$(id -u "$user")" gid="$(id -g "$user")" home="/home/$user" mail="/home/$user/Maildir"
	echo password | userdbpw -md5 | userdb "$user" set systempw
done
makeuserdb
chown -R courier:courier /etc/courier /var/lib/courier /run/courier
chown root:root userdb userdb*.dat
chmod 4755 /usr/lib/courier/courier/submitmkdir
(set -a; . ./authdaemonrc; /usr/lib/courier/courier-authlib/authdaemond) &
makesmtpaccess
makeacceptmailfor
makehosteddomains
makealiases
. /usr/lib/courier/courierctl.start
for file in "$DIR"/ports/*; do
	(
		set -a
		prefix=/usr exec_prefix=/usr sysconfdir=/etc/courier sbindir=/usr/sbin
		. /etc/courier/esmtpd
		. "$file"
		access=
		[ ! -f "$ACCESSFILE.dat" ] || access="-access=$ACCESSFILE.dat"
		exec /usr/sbin/couriertcpd $TCPDOPTS -user=$MAILUSER -group=$MAILGROUP -address=$ADDRESS $BLACKLISTS $access \
			-maxprocs=$MAXDAEMONS -maxperc=$MAXPERC -maxperip=$MAXPERIP $PORT /usr/sbin/courieresmtpd </dev/null
	) &
done
wait
`
