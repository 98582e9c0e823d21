ALTER TABLE matters ADD COLUMN turn_person {{i64}};
