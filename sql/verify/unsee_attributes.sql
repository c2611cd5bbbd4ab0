-- purpose: the attributes are those of today again
DROP TABLE IF EXISTS temp.attributes
