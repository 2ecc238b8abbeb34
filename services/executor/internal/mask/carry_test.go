package mask

import (
	"reflect"
	"testing"
)

func TestWhatIsTakenOverCounts(t *testing.T) {
	first, second := New(""), New("")
	judge := first.Column(Column{Table: "public.guest", Name: "email", Type: "text"})
	judge.See([]byte("ann@example.com"))
	judge.Mask("ann@example.com")
	first.Withhold(Column{Table: "public.guest", Name: "password", Type: "text"})
	first.Withhold(Column{Table: "public.other", Name: "password", Type: "text"})
	masked := first.Of("public.guest")
	if len(masked) != 2 || masked[0].Column != "email" || masked[0].Values != 1 {
		t.Fatalf("%+v", masked)
	}
	second.Carry(append(masked, Masked{Table: "public.guest", Column: "x", Kind: "none that is known"})...)
	if got := second.Of("public.guest"); !reflect.DeepEqual(got, masked) || second.Report().TotalColumns != 2 {
		t.Errorf("%+v", got)
	}
	if got := second.Of("public.other"); got != nil {
		t.Errorf("%+v", got)
	}
}
