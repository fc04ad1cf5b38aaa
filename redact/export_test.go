package redact

// Found are the spellings that [Mapper.Leaks] or, with all, [Mapper.LeaksIn] finds.
func (m *Mapper) Found(output []byte, all bool) []string {
	if all {
		output = stringsOf(output)
	}
	return m.leaks(output, all)
}
