// Package events is the contract of the data pipeline: the subjects, streams
// and events that its services share with each other and with everyone who
// subscribes. Whatever is said here is true of every deployment; whatever is
// not said here is a service's own business.
//
// An event is a CloudEvents 1.0 message in binary mode on NATS: its attributes
// are lowercase ce-* headers, its data is the JSON body, so that any NATS
// client reads it without this package. An event type changes by addition only.
package events
