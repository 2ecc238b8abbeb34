package mask

import (
	"fmt"
	"strings"
	"testing"
)

func TestMemoAsksOnceAndStaysSmall(t *testing.T) {
	asked := 0
	m := remembering(func(text string) int { asked++; return len(text) })
	for range 2 {
		if got := m.of("name"); got != 4 {
			t.Errorf("of(name) = %d", got)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times about one text", asked)
	}
	for i := range 3 * maxRemembered {
		m.of(fmt.Sprint("name", i))
	}
	if len(m.known) == 0 || len(m.known) > maxRemembered {
		t.Errorf("it knows %d texts, at most %d", len(m.known), maxRemembered)
	}
	long := strings.Repeat("x", maxRemark+1)
	if m.of(long); m.known[long] != 0 {
		t.Error("a long text was remembered")
	}
}
