package digest

import "github.com/rscheck/rscheck/checks/netpath"

// Sift asks questions of regions, each answer being the verdicts on the addresses of
// each region, and returns the verdict of each question.
func Sift(questions [][][]netpath.Verdict) []netpath.Verdict {
	var answers []netpath.Verdict
	s := newSieve(len(questions[0]))
	for _, regions := range questions {
		shortfalls := make([]shortfall, len(regions))
		for r, addresses := range regions {
			for _, v := range addresses {
				shortfalls[r].add(v)
			}
		}
		var answer netpath.Verdict
		answer, s = s.ask(shortfalls)
		answers = append(answers, answer)
	}
	return answers
}
