package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// need skips a test for want of something, or fails it in CI, where everything is to be there.
func need(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// needProgram returns the path of a program.
func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		need(t, "%s is not installed", name)
	}
	return path
}

// browser is a tab of the Chromium that all tests share.
func browser(t *testing.T) context.Context {
	t.Helper()
	needProgram(t, "chromium")
	tab, leave := chromedp.NewContext(chromium)
	t.Cleanup(leave)
	return tab
}

// chromium is a browser that knows nobody outside; see TestMain.
var chromium context.Context

// start starts it, if it is there, and returns how to end it.
func start(data string) (stop func(), err error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return func() {}, nil //nolint:nilerr // the tests say so
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(data),
		chromedp.Flag("proxy-server", "127.0.0.1:9"), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-pings", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	chromium, _ = chromedp.NewContext(allocator)
	return stop, chromedp.Do(chromium)
}

// view is how a page is looked at.
type view struct {
	width int64
	dark  bool
}

// open opens a page.
func open(tab context.Context, t *testing.T, file string, v view) {
	t.Helper()
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	media := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(tab, media, chromedp.EmulateViewport(v.width, 900), chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
}

// evaluate is what a script finds in the open page.
func evaluate[T any](tab context.Context, t *testing.T, script string) T {
	t.Helper()
	value, err := chromedp.Run(tab, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return value
}

// smtpcheck runs the program and returns what it prints; its exit code must be one of codes.
func smtpcheck(t *testing.T, codes []int, args ...string) []byte {
	t.Helper()
	c := exec.Command(built, args...)
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	_ = c.Run()
	for _, code := range codes {
		if c.ProcessState.ExitCode() == code {
			return out.Bytes()
		}
	}
	t.Fatalf("smtpcheck %s: exit code %d\n%s", strings.Join(args, " "), c.ProcessState.ExitCode(), complaints.String())
	return nil
}

// built is the program under test.
var built string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "smtpcheck-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built = filepath.Join(dir, "smtpcheck")
	c := exec.Command("go", "build", "-o", built, "./cmd/smtpcheck")
	c.Dir, c.Stderr = "..", os.Stderr
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "smtpcheck cannot be built:", err)
		return 1
	}
	stop, err := start(filepath.Join(dir, "chromium"))
	defer stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chromium:", err)
		return 1
	}
	return m.Run()
}

// page writes a page and returns its file.
func page(t *testing.T, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
