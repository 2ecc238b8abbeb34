package apierr

// What the calls that change something may answer.
const ()

var writes = map[Type]row{}
