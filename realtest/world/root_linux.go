package world

import (
	"os"
	"os/exec"
	"path/filepath"
)

// unpacked is the folder into which tools/debian-packages has unpacked a package
// that excludes another one of this machine.
func unpacked(name string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "/nonexistent"
	}
	return filepath.Join(cache, "smtpcheck", name)
}

// inRoot is a shell script that runs in a root of its own: this machine's files,
// over them those of the unpacked package, and over all what the script writes,
// which is gone with its last process. It is for servers that know where their
// files and users are, and will not be told. dir is there as well; the script has
// it in $DIR. Its DNS server is resolver.
func inRoot(name, dir, resolver, script string) *exec.Cmd {
	const root = `set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$ROOT"
mkdir "$ROOT/upper" "$ROOT/work" "$ROOT/root"
cp -a "$PACKAGE/." "$ROOT/upper/"
chmod 755 "$ROOT/upper"
for x in bin sbin lib; do # links in Debian, which a folder would hide
	[ ! -d "$ROOT/upper/$x" ] || { cp -a "$ROOT/upper/$x/." "$ROOT/upper/usr/$x/" && rm -r "$ROOT/upper/$x"; }
done
mount -t overlay overlay -o "lowerdir=/,upperdir=$ROOT/upper,workdir=$ROOT/work" "$ROOT/root"
mkdir -p "$ROOT/root$DIR"
mount --bind "$DIR" "$ROOT/root$DIR"
for x in /dev /proc /sys; do mount --rbind $x "$ROOT/root$x"; done
mount -t tmpfs -o mode=755 tmpfs "$ROOT/root/run"
rm -f "$ROOT/root/etc/resolv.conf"
printf 'nameserver %s\noptions timeout:2 attempts:1\n' "$RESOLVER" >"$ROOT/root/etc/resolv.conf"
exec chroot "$ROOT/root" sh -ec "$1"`
	cmd := Command("unshare", "--mount", "sh", "-c", root, "sh", script)
	cmd.Env = append(os.Environ(), "PACKAGE="+unpacked(name), "DIR="+dir, "ROOT="+filepath.Join(dir, "root"), "RESOLVER="+resolver,
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	return cmd
}
