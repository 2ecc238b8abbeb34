// Package vector keeps training data in the layout of langchain's PGVector
// (langchain_postgres/vectorstores.py), which Vanna's pgvector store reads:
// langchain_pg_collection and langchain_pg_embedding, by cosine distance.
//
// Where the extension vector cannot be had, the embedding column may be real[]
// instead; search then takes time in proportion to the collection, and neither
// langchain nor Vanna can search it. The next Prepare with the extension at
// hand turns the column into a vector.
package vector
