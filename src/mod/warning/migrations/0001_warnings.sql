CREATE TABLE warning_numbers (
  prefix {{text}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
){{strict}};
CREATE TABLE cap_messages (
  id {{id}},
  warning {{i64}} NOT NULL,
  number {{i64}} NOT NULL,
  type {{text}} NOT NULL,
  identifier {{text}} NOT NULL,
  sender {{text}} NOT NULL,
  sent_at {{i64}} NOT NULL,
  headline {{text}} NOT NULL,
  xml {{text}} NOT NULL
){{strict}};
CREATE UNIQUE INDEX cap_messages_number ON cap_messages (warning, number);
CREATE INDEX cap_messages_sent ON cap_messages (sent_at);
