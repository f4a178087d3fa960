# Seconds that softImpute-ALS takes: FILE RATIO RANK THRESHOLD. The global mean is removed, and
# lambda is RATIO times the largest singular value of the observed entries.
suppressMessages(library(softImpute))
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
rows <- as.integer(factor(data[[1]]))
columns <- as.integer(factor(data[[2]]))
observed <- Incomplete(rows, columns, data[[3]] - mean(data[[3]]))
lambda <- as.numeric(arguments[2]) * lambda0(observed)
set.seed(1)
seconds <- system.time(softImpute(observed, rank.max = as.integer(arguments[3]), lambda = lambda,
                                  type = "als", thresh = as.numeric(arguments[4]), maxit = 10000))
cat(seconds[["elapsed"]])
