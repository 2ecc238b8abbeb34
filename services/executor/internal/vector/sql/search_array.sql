SELECT id, document, coalesce(cmetadata::jsonb, '{}'),
       (SELECT sum(x * y) / (sqrt(sum(x * x)) * sqrt(sum(y * y)))
        FROM unnest(embedding::float8[], $2::text::float8[]) AS pair (x, y)) AS cosine
FROM @documents
WHERE collection_id = $1
ORDER BY cosine DESC, id
LIMIT $3
