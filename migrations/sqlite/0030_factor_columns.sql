-- A factor's score stands in a column with a number, since rules can have factors of any name. The rules say which is whose.
ALTER TABLE customers RENAME COLUMN login_frequency TO factor_1;
ALTER TABLE customers RENAME COLUMN feature_adoption TO factor_2;
ALTER TABLE customers RENAME COLUMN support_load TO factor_3;
ALTER TABLE customers RENAME COLUMN invoice_timeliness TO factor_4;
ALTER TABLE customers RENAME COLUMN api_trend TO factor_5;
ALTER TABLE customers ADD COLUMN factor_6 INTEGER;
ALTER TABLE customers ADD COLUMN factor_7 INTEGER;
ALTER TABLE customers ADD COLUMN factor_8 INTEGER;
ALTER TABLE customers ADD COLUMN factor_9 INTEGER;
ALTER TABLE customers ADD COLUMN factor_10 INTEGER;
ALTER TABLE customers ADD COLUMN factor_11 INTEGER;
ALTER TABLE customers ADD COLUMN factor_12 INTEGER;
-- The keys of factors in the order of their columns, with "-" for a free one.
ALTER TABLE scorecards ADD COLUMN factor_columns TEXT NOT NULL
    DEFAULT 'loginFrequency featureAdoption supportLoad invoiceTimeliness apiTrend';
