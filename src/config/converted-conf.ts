/** A setting of ours that stands for settings of another system. */
export interface ConvertedSetting {
  name: string;
  value: string;
  /** The other system's settings that say so. */
  from: string;
}

/** A setting of another system that has no counterpart, and why. */
export interface UnusedSetting {
  section: string;
  name: string;
  value: string;
  reason: string;
}

/** What a configuration file of another system asks for. */
export interface ConvertedConf {
  settings: ConvertedSetting[];
  unused: UnusedSetting[];
  /** What its data are brought in with: arguments of `statite import`. */
  toImport: string | null;
}
