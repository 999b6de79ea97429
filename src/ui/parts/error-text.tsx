import type { JSX } from "preact";

/** What went wrong, in words, and a way to try it again. */
export function ErrorText({
  error,
  onRetry,
}: {
  error: Error | string;
  onRetry?: () => void;
}): JSX.Element {
  const text = typeof error === "string" ? error : error.message;
  return (
    <div class="error-text" role="alert">
      <span>{text}</span>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          Retry
        </button>
      )}
    </div>
  );
}
