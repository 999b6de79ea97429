import { readAggregations, readSchemas } from "../config/storage-files.ts";
import { StorageRules } from "../model/schema.ts";

/** Rules from the texts of carbon's files; null for no file. */
export function rulesFromTexts(texts: {
  schemas: string | null;
  aggregation: string | null;
}): StorageRules {
  return new StorageRules(
    texts.schemas === null ? null : readSchemas(texts.schemas).rules,
    texts.aggregation === null ? null : readAggregations(texts.aggregation).rules,
  );
}
