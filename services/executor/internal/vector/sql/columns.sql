SELECT attname::text, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = to_regclass('langchain_pg_embedding') AND attnum > 0 AND NOT attisdropped
