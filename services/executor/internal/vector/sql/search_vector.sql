-- By distance alone first, which an index can answer; then, so that documents
-- equally near come in one order, by distance and id.
SELECT id, document, cmetadata, 1 - distance AS cosine
FROM (SELECT id, document, coalesce(cmetadata::jsonb, '{}') AS cmetadata,
             embedding OPERATOR(@schema.<=>) $2::text::@vector AS distance
      FROM @documents
      WHERE collection_id = $1
      ORDER BY embedding OPERATOR(@schema.<=>) $2::text::@vector
      LIMIT $3 + 20) AS nearest
ORDER BY distance, id
LIMIT $3
