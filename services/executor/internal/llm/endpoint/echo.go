package endpoint

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// echo is how many letters and digits in a row make a repetition.
const echo = 16

// discreet is an error whose message does not repeat what was sent.
func discreet(err error, sent []string) error {
	if fault, ok := errors.AsType[*Error](err); ok {
		fault.Message = withoutEcho(fault.Message, sent)
	}
	return err
}

// withoutEcho takes out of a message what it repeats of the texts that were
// sent, however it is quoted: they may hold rows of the database.
func withoutEcho(message string, sent []string) string {
	var asked strings.Builder
	for _, text := range sent {
		asked.WriteString(bare(text) + " ")
	}
	runes := []rune(message)
	var told []rune  // its letters and digits
	var places []int // where they stand
	for i, r := range runes {
		if plain(r) {
			told, places = append(told, unicode.ToLower(r)), append(places, i)
		}
	}
	hidden := make([]bool, len(runes))
	for i := 0; i+echo <= len(told); i++ {
		if strings.Contains(asked.String(), string(told[i:i+echo])) {
			for at := places[i]; at <= places[i+echo-1]; at++ {
				hidden[at] = true
			}
		}
	}
	if !slices.Contains(hidden, true) {
		return message
	}
	return masked(runes, hidden)
}

// masked puts one mark in place of each part that is hidden.
func masked(runes []rune, hidden []bool) string {
	var b strings.Builder
	for i, r := range runes {
		switch {
		case !hidden[i]:
			b.WriteRune(r)
		case i == 0 || !hidden[i-1]:
			b.WriteString("***")
		}
	}
	return b.String()
}

func plain(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// bare is a text's letters and digits.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if plain(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
