-- purpose: names without a database mean the analysts'
USE published
