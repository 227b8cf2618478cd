export interface DeviceListReader {
  /**
   * Users whose devices or cross-signing keys changed in `after < position <= upTo`. Of each only the last change is kept: who changed
   * again later is answered to those who ask up to then.
   */
  deviceListChanges(after: number, upTo: number): Promise<string[]>;
}
