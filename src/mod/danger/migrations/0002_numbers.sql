INSERT INTO numbers (prefix, last) SELECT prefix, last FROM danger_numbers;
DROP TABLE danger_numbers;
