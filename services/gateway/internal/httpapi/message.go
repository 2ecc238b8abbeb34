package httpapi

// message is the sentence of an answer that succeeds, in both languages.
type message struct{ zh, en string }

// done is the sentence where there is nothing more to say than the data does.
var done = message{"成功。", "Done."}
