/** Requests for jobs that work on a fresh server. */
export const jobExamples = {
  sample: {
    summary: "A crossover on bundled made-up prices",
    value: {
      symbol: "SAMPLE-TREND",
      source: "sample",
      strategy: "ma_crossover",
      params: { fast: 20, slow: 50 },
      start: "2015-01-01",
      commission: 0.001,
      equity_points: 200,
    },
  },
  yahoo: {
    summary: "Daily bars of a stock from Yahoo",
    value: { symbol: "AAPL", strategy: "rsi_reversion", start: "2020-01-01", direction: "both", stop_loss: 0.1 },
  },
  inline: {
    summary: "Bars of your own",
    value: {
      symbol: "MINE",
      strategy: "momentum",
      params: { lookback: 1 },
      bars: {
        time: ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"],
        open: [10, 10.5, 11, 10.8],
        high: [10.6, 11.2, 11.3, 11],
        low: [9.9, 10.4, 10.7, 10.2],
        close: [10.5, 11, 10.8, 10.3],
        volume: [1200, 900, null, 1500],
      },
    },
  },
  signals: {
    summary: "Signals of your own on bars of your own",
    value: {
      strategy: "signals",
      signals: ["long", null, "exit"],
      fill: "close",
      bars: {
        time: ["2024-01-02", "2024-01-03", "2024-01-04"],
        open: [10, 10.5, 11],
        high: [10.6, 11.2, 11.3],
        low: [9.9, 10.4, 10.7],
        close: [10.5, 11, 10.8],
      },
    },
  },
} as const;

/** Requests for sweeps that work on a fresh server. */
export const sweepExamples = {
  ranges: {
    summary: "Two windows over ranges, the best by Sharpe ratio",
    value: {
      symbol: "SAMPLE-TREND",
      source: "sample",
      strategy: "ma_crossover",
      params: { fast: { from: 5, to: 50, step: 5 }, slow: { from: 20, to: 200, step: 20 } },
      start: "2015-01-01",
      commission: 0.001,
      top: 5,
    },
  },
  lists: {
    summary: "Lists, words and a constraint, by another figure",
    value: {
      symbol: "SAMPLE-VOL",
      source: "sample",
      strategy: "ma_crossover",
      params: { average: ["sma", "ema"], fast: [10, 20, 50], slow: [50, 100, 150] },
      constraints: ["slow >= 100"],
      objective: "calmar",
      start: "2015-01-01",
      overfitting: "none",
    },
  },
} as const;

/** Requests for walk-forwards that work on a fresh server. */
export const walkForwardExamples = {
  rolling: {
    summary: "Two years choose for the half year after them",
    value: {
      symbol: "SAMPLE-TREND",
      source: "sample",
      strategy: "ma_crossover",
      params: { fast: { from: 5, to: 20, step: 5 }, slow: [50, 100] },
      start: "2015-01-01",
      commission: 0.001,
      in_sample_bars: 504,
      out_of_sample_bars: 126,
      equity_points: 100,
    },
  },
  anchored: {
    summary: "All that is known by then chooses for the next year",
    value: {
      symbol: "SAMPLE-VOL",
      source: "sample",
      strategy: "rsi_reversion",
      params: { period: [7, 14], lower: [20, 30], upper: [70, 80] },
      start: "2015-01-01",
      objective: "calmar",
      mode: "anchored",
      in_sample_bars: 756,
      out_of_sample_bars: 252,
      purge_bars: 5,
      embargo_bars: 5,
      close_at_end: true,
      equity_points: "none",
    },
  },
} as const;

/** Requests for batches that work on a fresh server. */
export const batchExamples = {
  job: {
    summary: "One strategy on each of three samples",
    value: {
      symbols: ["SAMPLE-TREND", "SAMPLE-RANGE", "SAMPLE-VOL"],
      job: { source: "sample", strategy: "ma_crossover", params: { fast: 20, slow: 50 }, start: "2015-01-01", commission: 0.001 },
    },
  },
  sweep: {
    summary: "One grid on each of two samples",
    value: {
      symbols: ["SAMPLE-TREND", "SAMPLE-VOL"],
      sweep: {
        source: "sample",
        strategy: "rsi_reversion",
        params: { period: [7, 14], lower: [20, 30], upper: [70, 80] },
        start: "2015-01-01",
        overfitting: "none",
      },
    },
  },
} as const;
