/** A client that sends istat lines, and what it has said of itself. */
export interface IstatAgent {
  /** Address and port; `udp` stands for all who send datagrams. */
  peer: string;
  isOnline: boolean;
  /** It was sent away, because its host is on the list of those that are refused. */
  isBlacklisted: boolean;
  /** When it came, and when it last sent something; seconds since the epoch. */
  connected: number;
  heard: number;
  /** Of its lines that begin with `#`. */
  meta: Readonly<Record<string, string>>;
}
