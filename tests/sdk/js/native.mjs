// SPDX-License-Identifier: Apache-2.0
// What an app for React Native has and a page has not: the name of the global object, and a storage, which the client needs to count
// evaluations. The client reads its stream by XMLHttpRequest, which a page has as well.
window.global = window;

class Storage {
  #kept = new Map();

  // Answers twice, as React Native does.
  async getItem(key, told = () => {}) {
    const value = this.#kept.get(key) ?? null;
    told(null, value);
    return value;
  }

  async setItem(key, value) {
    this.#kept.set(key, value);
  }
}

export const options = { AsyncStorage: new Storage() };
