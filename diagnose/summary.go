package diagnose

func (c *Case) summary(d *Diagnosis) string { return string(d.Verdict) }
func (c *Case) remedy(d *Diagnosis) string  { return "" }
