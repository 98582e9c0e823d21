INSERT INTO numbers (prefix, last) SELECT prefix, last FROM warning_numbers;
DROP TABLE warning_numbers;
