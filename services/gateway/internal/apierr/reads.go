package apierr

// What the calls that only read may answer.
const ()

var reads = map[Type]row{}
