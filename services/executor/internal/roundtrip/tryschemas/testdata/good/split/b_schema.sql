CREATE TABLE note (id bigint PRIMARY KEY, text text CHECK (text <> ''));
