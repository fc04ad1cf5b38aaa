package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab"
)

func (a *app) labCommand() *cobra.Command {
	list := false
	c := &cobra.Command{Use: "lab", RunE: func(c *cobra.Command, _ []string) error { return a.lab(c.Context(), list) }}
	c.Flags().BoolVar(&list, "list", false, "list")
	return c
}

func (a *app) lab(ctx context.Context, list bool) error {
	w, err := lab.Open(lab.Options{})
	if err != nil {
		return fail(check.ExitInternal, "%w", err)
	}
	defer w.Close()
	<-ctx.Done()
	return nil
}
